//! Places and people: `location`, `care_site`, `provider`, `person` and `death`.

use super::Folders;
use super::day;
use super::keep;
use super::listed;
use super::midnight;
use super::number;
use super::numbered;
use super::read;
use super::write;
use polars::prelude::*;

/// The parts of an address, under the names of this module.
const ADDRESS: [&str; 5] = ["line", "city", "state", "county", "zip"];

/// An address of a patient or, without a county, of an organization.
fn address(county: bool) -> Vec<Expr> {
    let county = if county { col("COUNTY") } else { lit(NULL).cast(DataType::String) };
    let parts = [col("ADDRESS"), col("CITY"), col("STATE"), county, col("ZIP")];
    let mut columns: Vec<Expr> = parts.into_iter().zip(ADDRESS).map(|(part, name)| part.alias(name)).collect();
    // Two rows at one address have one text; no part of an address holds this separator.
    columns
        .push(concat_str(columns.iter().map(|part| part.clone().fill_null(lit(""))).collect::<Vec<_>>(), "\u{1f}", false).alias("address"));
    columns
}

/// Writes locations; gives `address` and `location_id`.
pub(super) fn locations(folders: &Folders<'_>) -> PolarsResult<DataFrame> {
    let place = || [col("LAT").cast(DataType::Float64).alias("latitude"), col("LON").cast(DataType::Float64).alias("longitude")];
    let mut of_patients = address(true);
    of_patients.extend(place());
    let mut of_organizations = address(false);
    of_organizations.extend(place());
    let all = concat(
        [read(folders, "patients")?.select(of_patients), read(folders, "organizations")?.select(of_organizations)],
        UnionArgs::default(),
    )?;
    let unlike = all.unique_stable(Some(by_name(["address"], true, false)), UniqueKeepStrategy::First);
    let places = keep(listed(numbered(unlike, "location_id"), folders, "us_state", "state", "state_code")?)?;
    let cut = |name: &str, length: i64| col(name).str().head(lit(length));
    let shown = concat_str([col("line"), col("city"), col("state"), col("zip")], ", ", true);
    let made = [
        ("location_id", col("location_id")),
        ("address_1", cut("line", 50)),
        ("city", cut("city", 50)),
        ("state", col("state_code")),
        ("zip", cut("zip", 9)),
        ("county", cut("county", 20)),
        ("location_source_value", shown.str().head(lit(50))),
        ("latitude", col("latitude")),
        ("longitude", col("longitude")),
    ];
    write(folders, "location", places.clone().lazy(), &made)?;
    places.select(["address", "location_id"])
}

/// Adds `location_id` to rows that have an `address`.
fn located(frame: LazyFrame, places: &DataFrame) -> LazyFrame {
    frame.join(places.clone().lazy(), [col("address")], [col("address")], JoinArgs::new(JoinType::Left))
}

/// Writes care sites and providers. Their keys are row numbers, which [`super::care::visits`] makes again from the same files.
pub(super) fn care_sites_and_providers(folders: &Folders<'_>, places: &DataFrame) -> PolarsResult<()> {
    let mut columns = vec![col("care_site_id"), col("Id"), col("NAME")];
    columns.extend(address(false));
    let sites = located(numbered(read(folders, "organizations")?, "care_site_id").select(columns), places);
    let made = [
        ("care_site_id", col("care_site_id")),
        ("care_site_name", col("NAME").str().head(lit(255))),
        ("place_of_service_concept_id", number(0)),
        ("location_id", col("location_id")),
        ("care_site_source_value", col("Id")),
        ("place_of_service_source_value", lit("prov")),
    ];
    write(folders, "care_site", sites, &made)?;

    let sites = numbered(read(folders, "organizations")?, "care_site_id").select([col("Id").alias("ORGANIZATION"), col("care_site_id")]);
    let providers = numbered(read(folders, "providers")?, "provider_id").with_columns([gender()]).join(
        sites,
        [col("ORGANIZATION")],
        [col("ORGANIZATION")],
        JoinArgs::new(JoinType::Left),
    );
    let made = [
        ("provider_id", col("provider_id")),
        ("provider_name", col("NAME").str().head(lit(255))),
        ("specialty_concept_id", number(0)),
        ("care_site_id", col("care_site_id")),
        ("gender_concept_id", col("gender_concept_id").fill_null(lit("0"))),
        ("provider_source_value", col("Id")),
        ("specialty_source_value", col("SPECIALITY").str().head(lit(50))),
        ("specialty_source_concept_id", number(0)),
        ("gender_source_value", col("gender")),
        ("gender_source_concept_id", number(0)),
    ];
    write(folders, "provider", listed(providers, folders, "gender", "gender", "gender_concept_id")?, &made)
}

/// The administrative gender.
fn gender() -> Expr {
    let word = |code: &str, word: &str, other: Expr| when(col("GENDER").eq(lit(code))).then(lit(word)).otherwise(other);
    word("M", "male", word("F", "female", lit("unknown"))).alias("gender")
}

/// Writes persons and deaths; gives `PATIENT` and `person_id`.
pub(super) fn persons(folders: &Folders<'_>, places: &DataFrame) -> PolarsResult<DataFrame> {
    let mut columns = vec![
        col("Id"),
        day("BIRTHDATE").alias("born"),
        day("DEATHDATE").alias("died"),
        gender(),
        col("RACE").str().to_lowercase().alias("race"),
        col("ETHNICITY").str().to_lowercase().alias("ethnicity"),
        col("RACE"),
        col("ETHNICITY"),
    ];
    columns.extend(address(true));
    let sound = read(folders, "patients")?.select(columns).filter(col("Id").is_not_null().and(col("born").is_not_null()));
    let people = located(numbered(sound, "person_id"), places);
    let people = listed(people, folders, "gender", "gender", "gender_concept_id")?;
    let people = listed(people, folders, "race", "race", "race_concept_id")?;
    let people = keep(listed(people, folders, "ethnicity", "ethnicity", "ethnicity_concept_id")?)?;
    let part = |part: Expr| part.cast(DataType::Int64);
    let made = [
        ("person_id", col("person_id")),
        ("gender_concept_id", col("gender_concept_id").fill_null(lit("0"))),
        ("year_of_birth", part(col("born").dt().year())),
        ("month_of_birth", part(col("born").dt().month())),
        ("day_of_birth", part(col("born").dt().day())),
        ("birth_datetime", midnight(col("born"))),
        ("race_concept_id", col("race_concept_id").fill_null(lit("0"))),
        ("ethnicity_concept_id", col("ethnicity_concept_id").fill_null(lit("0"))),
        ("location_id", col("location_id")),
        ("person_source_value", col("Id")),
        ("gender_source_value", col("gender")),
        ("gender_source_concept_id", number(0)),
        ("race_source_value", col("RACE")),
        ("race_source_concept_id", number(0)),
        ("ethnicity_source_value", col("ETHNICITY")),
        ("ethnicity_source_concept_id", number(0)),
    ];
    write(folders, "person", people.clone().lazy(), &made)?;
    let made = [
        ("person_id", col("person_id")),
        ("death_date", col("died")),
        ("death_datetime", midnight(col("died"))),
        ("death_type_concept_id", number(32_817)),
    ];
    write(folders, "death", people.clone().lazy().filter(col("died").is_not_null()), &made)?;
    keep(people.lazy().select([col("Id").alias("PATIENT"), col("person_id")]))
}
