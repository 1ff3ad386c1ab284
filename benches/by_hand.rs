//! The work of the rules from Synthea 2022 to OMOP 5.4, hand-written in polars: what a competent engineer would write.
//!
//! Every column is read as text and parsed, values that do not parse are missing, rows without a required value or with
//! a reference to nobody are dropped, rows that agree in everything are one row, codes are joined to their concepts, and
//! the same columns of the same tables are written as CSV. Keys are row numbers, which cost less than hashes and change
//! from export to export. What is missing of the rules' work is what engineers leave out: rows that were dropped are not
//! kept with a reason, nothing balances, unknown codes are not listed, and no key or length is checked in the end.

mod care;
mod people;

use polars::prelude::*;
use std::path::Path;
use std::path::PathBuf;

/// Where the work is found and where it goes.
pub(crate) struct Folders<'a> {
    /// The export.
    pub input: &'a Path,
    /// A vocabulary in Athena's layout.
    pub vocabulary: &'a Path,
    /// The code lists of the target.
    pub codes: &'a Path,
    /// The tables made.
    pub out: &'a Path,
}

/// Converts an export.
pub(crate) fn convert(folders: &Folders<'_>) -> PolarsResult<()> {
    let concepts = concepts(folders.vocabulary)?;
    let places = people::locations(folders)?;
    people::care_sites_and_providers(folders, &places)?;
    let persons = people::persons(folders, &places)?;
    let visits = care::visits(folders, &persons)?;
    let known = Known { persons, visits, concepts };
    care::conditions(folders, &known)?;
    care::procedures(folders, &known)?;
    care::drugs(folders, &known)?;
    care::devices(folders, &known)?;
    care::measurements(folders, &known)?;
    care::observations(folders, &known)
}

/// What events are joined to.
struct Known {
    /// `PATIENT`, `person_id`.
    persons: DataFrame,
    /// `ENCOUNTER`, `visit_occurrence_id`, `provider_id`.
    visits: DataFrame,
    /// `vocabulary_id`, `concept_code`, `concept`.
    concepts: DataFrame,
}

/// The columns of each table made, in order.
const LAYOUTS: &[(&str, &str)] = &[
    (
        "location",
        "location_id,address_1,address_2,city,state,zip,county,location_source_value,country_concept_id,country_source_value,latitude,longitude",
    ),
    (
        "care_site",
        "care_site_id,care_site_name,place_of_service_concept_id,location_id,care_site_source_value,place_of_service_source_value",
    ),
    (
        "provider",
        "provider_id,provider_name,npi,dea,specialty_concept_id,care_site_id,year_of_birth,gender_concept_id,provider_source_value,\
         specialty_source_value,specialty_source_concept_id,gender_source_value,gender_source_concept_id",
    ),
    (
        "person",
        "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,race_concept_id,ethnicity_concept_id,\
         location_id,provider_id,care_site_id,person_source_value,gender_source_value,gender_source_concept_id,race_source_value,\
         race_source_concept_id,ethnicity_source_value,ethnicity_source_concept_id",
    ),
    ("death", "person_id,death_date,death_datetime,death_type_concept_id,cause_concept_id,cause_source_value,cause_source_concept_id"),
    (
        "observation_period",
        "observation_period_id,person_id,observation_period_start_date,observation_period_end_date,period_type_concept_id",
    ),
    (
        "visit_occurrence",
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_start_datetime,visit_end_date,visit_end_datetime,\
         visit_type_concept_id,provider_id,care_site_id,visit_source_value,visit_source_concept_id,admitted_from_concept_id,\
         admitted_from_source_value,discharged_to_concept_id,discharged_to_source_value,preceding_visit_occurrence_id",
    ),
    (
        "condition_occurrence",
        "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_start_datetime,condition_end_date,\
         condition_end_datetime,condition_type_concept_id,condition_status_concept_id,stop_reason,provider_id,visit_occurrence_id,\
         visit_detail_id,condition_source_value,condition_source_concept_id,condition_status_source_value",
    ),
    (
        "drug_exposure",
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_start_datetime,drug_exposure_end_date,\
         drug_exposure_end_datetime,verbatim_end_date,drug_type_concept_id,stop_reason,refills,quantity,days_supply,sig,route_concept_id,\
         lot_number,provider_id,visit_occurrence_id,visit_detail_id,drug_source_value,drug_source_concept_id,route_source_value,\
         dose_unit_source_value",
    ),
    (
        "procedure_occurrence",
        "procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,procedure_datetime,procedure_end_date,\
         procedure_end_datetime,procedure_type_concept_id,modifier_concept_id,quantity,provider_id,visit_occurrence_id,visit_detail_id,\
         procedure_source_value,procedure_source_concept_id,modifier_source_value",
    ),
    (
        "device_exposure",
        "device_exposure_id,person_id,device_concept_id,device_exposure_start_date,device_exposure_start_datetime,\
         device_exposure_end_date,device_exposure_end_datetime,device_type_concept_id,unique_device_id,production_id,quantity,provider_id,\
         visit_occurrence_id,visit_detail_id,device_source_value,device_source_concept_id,unit_concept_id,unit_source_value,\
         unit_source_concept_id",
    ),
    (
        "measurement",
        "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,measurement_time,\
         measurement_type_concept_id,operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id,range_low,range_high,\
         provider_id,visit_occurrence_id,visit_detail_id,measurement_source_value,measurement_source_concept_id,unit_source_value,\
         unit_source_concept_id,value_source_value,measurement_event_id,meas_event_field_concept_id",
    ),
    (
        "observation",
        "observation_id,person_id,observation_concept_id,observation_date,observation_datetime,observation_type_concept_id,\
         value_as_number,value_as_string,value_as_concept_id,qualifier_concept_id,unit_concept_id,provider_id,visit_occurrence_id,\
         visit_detail_id,observation_source_value,observation_source_concept_id,unit_source_value,qualifier_source_value,\
         value_source_value,observation_event_id,obs_event_field_concept_id",
    ),
];

/// A CSV file with every column as text.
fn text(path: PathBuf, separator: u8) -> PolarsResult<LazyFrame> {
    LazyCsvReader::new(PlRefPath::try_from_pathbuf(path)?).with_infer_schema_length(Some(0)).with_separator(separator).finish()
}

/// Columns of a table of the export; rows that agree in all of them are one.
fn events(folders: &Folders<'_>, table: &str, columns: &[&str]) -> PolarsResult<LazyFrame> {
    let columns: Vec<Expr> = columns.iter().map(|name| col(*name)).collect();
    Ok(read(folders, table)?.select(columns).unique(None, UniqueKeepStrategy::Any))
}

/// A table of the export.
fn read(folders: &Folders<'_>, table: &str) -> PolarsResult<LazyFrame> {
    text(folders.input.join(format!("{table}.csv")), b',')
}

/// Writes a table: the columns made, at their places among all it has.
fn write(folders: &Folders<'_>, table: &str, frame: LazyFrame, made: &[(&str, Expr)]) -> PolarsResult<()> {
    let layout = LAYOUTS.iter().find(|(name, _)| *name == table).map_or("", |(_, columns)| columns);
    let value = |name: &str| made.iter().find(|(known, _)| *known == name).map_or_else(|| lit(NULL), |(_, value)| value.clone());
    let columns: Vec<Expr> = layout.split(',').map(|name| value(name).alias(name)).collect();
    let target = SinkTarget::Path(PlRefPath::try_from_pathbuf(folders.out.join(format!("{table}.csv")))?);
    let options = SerializeOptions { datetime_format: Some("%Y-%m-%d %H:%M:%S".into()), ..Default::default() };
    let format = FileWriteFormat::Csv(CsvWriterOptions { serialize_options: Arc::new(options), ..Default::default() });
    let arguments = UnifiedSinkArgs { mkdir: true, maintain_order: false, ..Default::default() };
    frame.select(columns).sink(SinkDestination::File { target }, format, arguments)?.collect_with_engine(Engine::Streaming)?;
    Ok(())
}

/// Keeps a small frame in memory.
fn keep(frame: LazyFrame) -> PolarsResult<DataFrame> {
    Ok(frame.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// Numbers rows from 1 as a key.
fn numbered(frame: LazyFrame, name: &str) -> LazyFrame {
    frame.with_row_index(name, Some(1)).with_columns([col(name).cast(DataType::Int64)])
}

/// From codes, through `Maps to`, to standard concepts.
fn concepts(vocabulary: &Path) -> PolarsResult<DataFrame> {
    let concepts = text(vocabulary.join("CONCEPT.csv"), b'\t')?;
    let relations = text(vocabulary.join("CONCEPT_RELATIONSHIP.csv"), b'\t')?
        .filter(col("relationship_id").eq(lit("Maps to")))
        .select([col("concept_id_1"), col("concept_id_2").cast(DataType::Int64).alias("concept")]);
    let mapped = concepts.join(relations, [col("concept_id")], [col("concept_id_1")], JoinArgs::new(JoinType::Inner)).select([
        col("vocabulary_id"),
        col("concept_code"),
        col("concept"),
    ]);
    keep(mapped.unique(Some(by_name(["vocabulary_id", "concept_code"], true, false)), UniqueKeepStrategy::Any))
}

/// Adds `as_name`: the concept of the code in `column`, 0 where there is none.
fn concept(frame: LazyFrame, known: &Known, vocabulary: &str, column: &str, as_name: &str) -> LazyFrame {
    let codes = known
        .concepts
        .clone()
        .lazy()
        .filter(col("vocabulary_id").eq(lit(vocabulary)))
        .select([col("concept_code"), col("concept").alias(as_name)]);
    frame
        .join(codes, [col(column)], [col("concept_code")], JoinArgs::new(JoinType::Left))
        .with_columns([col(as_name).fill_null(lit(0_i64))])
}

/// Adds `as_name`: the target of the text in `column` in one of the target's code lists.
fn listed(frame: LazyFrame, folders: &Folders<'_>, list: &str, column: &str, as_name: &str) -> PolarsResult<LazyFrame> {
    let codes = text(folders.codes.join(format!("{list}.csv")), b',')?
        .filter(col("status").eq(lit("approved")))
        .select([col("source_code"), col("target").alias(as_name)]);
    Ok(frame.join(codes, [col(column)], [col("source_code")], JoinArgs::new(JoinType::Left)))
}

/// A day as it is written in the export; missing where it is none.
fn day(column: &str) -> Expr {
    col(column).str().to_date(written("%Y-%m-%d"))
}

/// An instant as it is written in the export; missing where it is none.
fn instant(column: &str) -> Expr {
    col(column).str().to_datetime(Some(TimeUnit::Microseconds), None, written("%Y-%m-%dT%H:%M:%SZ"), lit("raise"))
}

/// How a date is parsed.
fn written(format: &str) -> StrptimeOptions {
    StrptimeOptions { format: Some(format.into()), strict: false, exact: true, cache: true }
}

/// The day of an instant.
fn date(instant: Expr) -> Expr {
    instant.cast(DataType::Date)
}

/// The first instant of a day.
fn midnight(day: Expr) -> Expr {
    day.cast(DataType::Datetime(TimeUnit::Microseconds, None))
}

/// A constant.
fn number(value: i64) -> Expr {
    lit(value)
}
