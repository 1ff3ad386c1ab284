//! Care: `visit_occurrence`, `observation_period`, and what happened at visits.

use super::Folders;
use super::Known;
use super::concept;
use super::date;
use super::day;
use super::events;
use super::instant;
use super::keep;
use super::listed;
use super::midnight;
use super::number;
use super::numbered;
use super::read;
use super::write;
use polars::prelude::*;

/// From an electronic health record.
const EHR: i64 = 32_817;

/// Writes visits and observation periods; gives `ENCOUNTER`, `visit_occurrence_id` and `provider_id`.
pub(super) fn visits(folders: &Folders<'_>, persons: &DataFrame) -> PolarsResult<DataFrame> {
    let classes = [
        ("ambulatory", "AMB"),
        ("outpatient", "AMB"),
        ("wellness", "AMB"),
        ("urgentcare", "AMB"),
        ("emergency", "EMER"),
        ("inpatient", "IMP"),
        ("snf", "IMP"),
        ("home", "HH"),
        ("hospice", "HH"),
        ("virtual", "VR"),
    ];
    let class = classes
        .iter()
        .fold(lit(NULL), |other, (name, class)| when(col("ENCOUNTERCLASS").eq(lit(*name))).then(lit(*class)).otherwise(other));
    let sites = numbered(read(folders, "organizations")?, "care_site_id").select([col("Id").alias("ORGANIZATION"), col("care_site_id")]);
    let providers = numbered(read(folders, "providers")?, "provider_id").select([col("Id").alias("PROVIDER"), col("provider_id")]);
    let left = || JoinArgs::new(JoinType::Left);
    let encounters = read(folders, "encounters")?
        .select([
            col("Id"),
            col("PATIENT"),
            col("ORGANIZATION"),
            col("PROVIDER"),
            col("ENCOUNTERCLASS"),
            class.alias("class"),
            instant("START").alias("start"),
            instant("STOP").alias("stop"),
        ])
        .filter(col("Id").is_not_null().and(col("start").is_not_null()))
        .join(persons.clone().lazy(), [col("PATIENT")], [col("PATIENT")], JoinArgs::new(JoinType::Inner))
        .join(sites, [col("ORGANIZATION")], [col("ORGANIZATION")], left())
        .join(providers, [col("PROVIDER")], [col("PROVIDER")], left())
        .with_columns([col("stop").fill_null(col("start"))]);
    let coded = listed(numbered(encounters, "visit_occurrence_id"), folders, "visit", "class", "visit_concept_id")?;
    let visits = keep(coded.drop(by_name(["PATIENT", "ORGANIZATION", "PROVIDER", "class"], true, false)))?;
    let made = [
        ("visit_occurrence_id", col("visit_occurrence_id")),
        ("person_id", col("person_id")),
        ("visit_concept_id", col("visit_concept_id").fill_null(lit("0"))),
        ("visit_start_date", date(col("start"))),
        ("visit_start_datetime", col("start")),
        ("visit_end_date", date(col("stop"))),
        ("visit_end_datetime", col("stop")),
        ("visit_type_concept_id", number(EHR)),
        ("provider_id", col("provider_id")),
        ("care_site_id", col("care_site_id")),
        ("visit_source_value", col("ENCOUNTERCLASS").str().head(lit(50))),
        ("visit_source_concept_id", number(0)),
    ];
    write(folders, "visit_occurrence", visits.clone().lazy(), &made)?;

    let periods = visits.clone().lazy().group_by([col("person_id")]).agg([col("start").min(), col("stop").max()]);
    let made = [
        ("observation_period_id", col("person_id")),
        ("person_id", col("person_id")),
        ("observation_period_start_date", date(col("start"))),
        ("observation_period_end_date", date(col("stop"))),
        ("period_type_concept_id", number(EHR)),
    ];
    write(folders, "observation_period", periods, &made)?;
    keep(visits.lazy().select([col("Id").alias("ENCOUNTER"), col("visit_occurrence_id"), col("provider_id")]))
}

/// Rows of known patients with their person, and of known encounters with their visit; a row may have no encounter at all.
fn placed(frame: LazyFrame, known: &Known, key: &str) -> LazyFrame {
    let sound = frame
        .join(known.persons.clone().lazy(), [col("PATIENT")], [col("PATIENT")], JoinArgs::new(JoinType::Inner))
        .join(known.visits.clone().lazy(), [col("ENCOUNTER")], [col("ENCOUNTER")], JoinArgs::new(JoinType::Left))
        .filter(col("visit_occurrence_id").is_not_null().or(col("ENCOUNTER").is_null()));
    numbered(sound, key)
}

/// Writes `condition_occurrence`.
pub(super) fn conditions(folders: &Folders<'_>, known: &Known) -> PolarsResult<()> {
    let rows = events(folders, "conditions", &["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION"])?
        .with_columns([day("START"), day("STOP")])
        .filter(col("START").is_not_null());
    let rows = concept(placed(rows, known, "key"), known, "SNOMED", "CODE", "concept");
    let made = [
        ("condition_occurrence_id", col("key")),
        ("person_id", col("person_id")),
        ("condition_concept_id", col("concept")),
        ("condition_start_date", col("START")),
        ("condition_start_datetime", midnight(col("START"))),
        ("condition_end_date", col("STOP")),
        ("condition_end_datetime", midnight(col("STOP"))),
        ("condition_type_concept_id", number(EHR)),
        ("visit_occurrence_id", col("visit_occurrence_id")),
        ("condition_source_value", col("CODE")),
        ("condition_source_concept_id", number(0)),
    ];
    write(folders, "condition_occurrence", rows, &made)
}

/// Writes `procedure_occurrence`.
pub(super) fn procedures(folders: &Folders<'_>, known: &Known) -> PolarsResult<()> {
    let columns = ["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "REASONCODE", "REASONDESCRIPTION"];
    let rows =
        events(folders, "procedures", &columns)?.with_columns([instant("START"), instant("STOP")]).filter(col("START").is_not_null());
    let rows = concept(placed(rows, known, "key"), known, "SNOMED", "CODE", "concept");
    let made = [
        ("procedure_occurrence_id", col("key")),
        ("person_id", col("person_id")),
        ("procedure_concept_id", col("concept")),
        ("procedure_date", date(col("START"))),
        ("procedure_datetime", col("START")),
        ("procedure_end_date", date(col("STOP"))),
        ("procedure_end_datetime", col("STOP")),
        ("procedure_type_concept_id", number(EHR)),
        ("provider_id", col("provider_id")),
        ("visit_occurrence_id", col("visit_occurrence_id")),
        ("procedure_source_value", col("CODE")),
        ("procedure_source_concept_id", number(0)),
    ];
    write(folders, "procedure_occurrence", rows, &made)
}

/// Writes `drug_exposure`: medications and immunizations.
pub(super) fn drugs(folders: &Folders<'_>, known: &Known) -> PolarsResult<()> {
    let columns = ["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "DISPENSES", "REASONCODE", "REASONDESCRIPTION"];
    let made = |end: Expr, verbatim: Expr| {
        [
            ("person_id", col("person_id")),
            ("drug_concept_id", col("concept")),
            ("drug_exposure_start_date", date(col("START"))),
            ("drug_exposure_start_datetime", col("START")),
            ("drug_exposure_end_date", date(end.clone().fill_null(col("START")))),
            ("drug_exposure_end_datetime", end),
            ("verbatim_end_date", verbatim),
            ("drug_type_concept_id", number(EHR)),
            ("provider_id", col("provider_id")),
            ("visit_occurrence_id", col("visit_occurrence_id")),
            ("drug_source_value", col("CODE")),
            ("drug_source_concept_id", number(0)),
        ]
        .map(|(name, value)| value.alias(name))
    };
    let medications =
        events(folders, "medications", &columns)?.with_columns([instant("START"), instant("STOP")]).filter(col("START").is_not_null());
    let medications =
        concept(placed(medications, known, "key"), known, "RxNorm", "CODE", "concept").select(made(col("STOP"), date(col("STOP"))));
    let immunizations = events(folders, "immunizations", &["DATE", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION"])?
        .with_columns([instant("DATE").alias("START")])
        .filter(col("START").is_not_null());
    let immunizations = concept(placed(immunizations, known, "key"), known, "CVX", "CODE", "concept")
        .select(made(col("START"), lit(NULL).cast(DataType::Date)));
    let rows = numbered(concat([medications, immunizations], UnionArgs::default())?, "drug_exposure_id");
    let names = [
        "drug_exposure_id",
        "person_id",
        "drug_concept_id",
        "drug_exposure_start_date",
        "drug_exposure_start_datetime",
        "drug_exposure_end_date",
        "drug_exposure_end_datetime",
        "verbatim_end_date",
        "drug_type_concept_id",
        "provider_id",
        "visit_occurrence_id",
        "drug_source_value",
        "drug_source_concept_id",
    ];
    write(folders, "drug_exposure", rows, &names.map(|name| (name, col(name))))
}

/// Writes `device_exposure`.
pub(super) fn devices(folders: &Folders<'_>, known: &Known) -> PolarsResult<()> {
    let rows = events(folders, "devices", &["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "UDI"])?
        .with_columns([instant("START"), instant("STOP")])
        .filter(col("START").is_not_null());
    let rows = concept(placed(rows, known, "key"), known, "SNOMED", "CODE", "concept");
    let made = [
        ("device_exposure_id", col("key")),
        ("person_id", col("person_id")),
        ("device_concept_id", col("concept")),
        ("device_exposure_start_date", date(col("START"))),
        ("device_exposure_start_datetime", col("START")),
        ("device_exposure_end_date", date(col("STOP"))),
        ("device_exposure_end_datetime", col("STOP")),
        ("device_type_concept_id", number(EHR)),
        ("unique_device_id", col("UDI").str().head(lit(255))),
        ("visit_occurrence_id", col("visit_occurrence_id")),
        ("device_source_value", col("CODE")),
        ("device_source_concept_id", number(0)),
    ];
    write(folders, "device_exposure", rows, &made)
}

/// Observations with `value`, the number they hold, if any.
fn observed(folders: &Folders<'_>) -> PolarsResult<LazyFrame> {
    let columns = ["DATE", "PATIENT", "ENCOUNTER", "CATEGORY", "CODE", "DESCRIPTION", "VALUE", "UNITS", "TYPE"];
    let numeric = when(col("TYPE").eq(lit("numeric"))).then(col("VALUE").cast(DataType::Float64)).otherwise(lit(NULL));
    Ok(events(folders, "observations", &columns)?.with_columns([instant("DATE"), numeric.alias("value")]).filter(col("DATE").is_not_null()))
}

/// Writes `measurement`.
pub(super) fn measurements(folders: &Folders<'_>, known: &Known) -> PolarsResult<()> {
    let rows = placed(observed(folders)?.filter(col("value").is_not_null()), known, "key");
    let rows = concept(rows, known, "LOINC", "CODE", "concept");
    let rows = concept(rows, known, "UCUM", "UNITS", "unit");
    let made = [
        ("measurement_id", col("key")),
        ("person_id", col("person_id")),
        ("measurement_concept_id", col("concept")),
        ("measurement_date", date(col("DATE"))),
        ("measurement_datetime", col("DATE")),
        ("measurement_type_concept_id", number(EHR)),
        ("value_as_number", col("value")),
        ("unit_concept_id", when(col("UNITS").is_not_null()).then(col("unit")).otherwise(lit(NULL))),
        ("provider_id", col("provider_id")),
        ("visit_occurrence_id", col("visit_occurrence_id")),
        ("measurement_source_value", col("CODE")),
        ("measurement_source_concept_id", number(0)),
        ("unit_source_value", col("UNITS")),
        ("value_source_value", col("value").cast(DataType::String)),
    ];
    write(folders, "measurement", rows, &made)
}

/// Writes `observation`: observations without a number, and allergies.
pub(super) fn observations(folders: &Folders<'_>, known: &Known) -> PolarsResult<()> {
    let made = |at: Expr, value: &str, provider: Expr, unit: Expr| {
        [
            ("person_id", col("person_id")),
            ("observation_concept_id", col("concept")),
            ("observation_date", date(at.clone())),
            ("observation_datetime", midnight(at)),
            ("observation_type_concept_id", number(EHR)),
            ("value_as_string", col(value).str().head(lit(60))),
            ("provider_id", provider),
            ("visit_occurrence_id", col("visit_occurrence_id")),
            ("observation_source_value", col("CODE")),
            ("observation_source_concept_id", number(0)),
            ("unit_source_value", unit),
            ("value_source_value", col(value).str().head(lit(50))),
        ]
        .map(|(name, value)| value.alias(name))
    };
    let words = placed(observed(folders)?.filter(col("value").is_null()), known, "key");
    let words = concept(words, known, "LOINC", "CODE", "concept").select(made(col("DATE"), "VALUE", col("provider_id"), col("UNITS")));
    let columns = ["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "SYSTEM", "DESCRIPTION", "TYPE", "CATEGORY"];
    let allergies = events(folders, "allergies", &columns)?.with_columns([day("START")]).filter(col("START").is_not_null());
    let vocabulary = when(col("SYSTEM").eq(lit("RxNorm"))).then(lit("RxNorm")).otherwise(lit("SNOMED"));
    let allergies = placed(allergies.with_columns([vocabulary.alias("vocabulary")]), known, "key")
        .join(
            known.concepts.clone().lazy(),
            [col("vocabulary"), col("CODE")],
            [col("vocabulary_id"), col("concept_code")],
            JoinArgs::new(JoinType::Left),
        )
        .with_columns([col("concept").fill_null(lit(0_i64))])
        .select(made(col("START"), "DESCRIPTION", lit(NULL).cast(DataType::Int64), lit(NULL).cast(DataType::String)));
    let rows = numbered(concat([words, allergies], UnionArgs::default())?, "observation_id");
    let names = [
        "observation_id",
        "person_id",
        "observation_concept_id",
        "observation_date",
        "observation_datetime",
        "observation_type_concept_id",
        "value_as_string",
        "provider_id",
        "visit_occurrence_id",
        "observation_source_value",
        "observation_source_concept_id",
        "unit_source_value",
        "value_source_value",
    ];
    write(folders, "observation", rows, &names.map(|name| (name, col(name))))
}
