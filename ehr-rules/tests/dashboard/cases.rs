//! The kinds of `DataQualityDashboard`'s checks, each with what breaks it.

/// A kind of check: what is changed so that it breaks, what so that it just does not, and what is said.
///
/// `table.column=value@1-3` puts a value into the first three rows, and `table-@2` takes the second one out.
pub struct Case {
    pub kind: &'static str,
    pub breaks: &'static str,
    pub holds: &'static str,
    pub said: &'static str,
}

const fn case(kind: &'static str, breaks: &'static str, holds: &'static str, said: &'static str) -> Case {
    Case { kind, breaks, holds, said }
}

pub const CASES: &[Case] = &[
    // Conformance. What is required and missing is set aside, and everything that refers to it.
    case("isRequired", "note.note_text=@1", "", "R0101 note.note_text"),
    case("measureValueCompleteness", "cost.cost_domain_id=@1", "", "R0101 cost.cost_domain_id"),
    case("cdmDatatype", "drug_exposure.refills=1.5@1", "drug_exposure.refills=2@1", "R0102 drug_exposure.refills"),
    case("isPrimaryKey", "measurement.measurement_id=2@1", "measurement.measurement_id=200@1", "R0402 measurement.measurement_id"),
    case(
        "isForeignKey",
        "measurement.visit_occurrence_id=77@1",
        "measurement.visit_occurrence_id=2@1",
        "R0403 measurement.visit_occurrence_id",
    ),
    case(
        "isForeignKey",
        "condition_occurrence.condition_source_concept_id=77@1",
        "",
        "R0403 condition_occurrence.condition_source_concept_id",
    ),
    case("isForeignKey", "cost.cost_domain_id=Death@1", "cost.cost_domain_id=Condition@1", "R0403 cost.cost_domain_id"),
    case(
        "fkDomain",
        "condition_occurrence.condition_concept_id=1201@1",
        "condition_occurrence.condition_concept_id=1002@1",
        "R0411 condition_occurrence.condition_concept_id",
    ),
    case("fkClass", "drug_era.drug_concept_id=1101@1", "", "R0412 drug_era.drug_concept_id"),
    case(
        "isStandardValidConcept",
        "condition_occurrence.condition_concept_id=1003@1",
        "condition_occurrence.condition_source_concept_id=1003@1",
        "R0413 condition_occurrence.condition_concept_id",
    ),
    case("isStandardValidConcept", "death.cause_concept_id=1004@1", "", "R0413 death.cause_concept_id"),
    // Completeness.
    case("measurePersonCompleteness", "procedure_occurrence-@2-40", "procedure_occurrence-@3-40", "R0431 procedure_occurrence."),
    case("measurePersonCompleteness", "observation_period-@40", "", "R0431 observation_period."),
    case("measureConditionEraCompleteness", "condition_era-@40", "condition_era-@40; condition_occurrence-@40", "R0431 condition_era."),
    case(
        "standardConceptRecordCompleteness",
        "procedure_occurrence.procedure_concept_id=0@1-3",
        "procedure_occurrence.procedure_concept_id=0@1-2",
        "R0414 procedure_occurrence.procedure_concept_id; R0415 procedure_occurrence.procedure_source_value",
    ),
    case("standardConceptRecordCompleteness", "drug_exposure.drug_type_concept_id=0@1", "", "R0414 drug_exposure.drug_type_concept_id"),
    // Of a unit it is the rows with a number that count: the other forty-odd rows do not make up for one in three.
    case(
        "standardConceptRecordCompleteness",
        "observation.value_as_number=5@1-3; observation.unit_concept_id=8541@2-3; observation.unit_concept_id=0@1",
        "observation.value_as_number=5@1-3; observation.unit_concept_id=8541@1-3",
        "R0425 observation.",
    ),
    case(
        "sourceConceptRecordCompleteness",
        "drug_exposure.drug_source_concept_id=0@1-5",
        "drug_exposure.drug_source_concept_id=0@1-4",
        "R0414 drug_exposure.drug_source_concept_id",
    ),
    case(
        "sourceValueCompleteness",
        "visit_occurrence.visit_concept_id=0@1; visit_occurrence.visit_source_value=@1",
        "visit_occurrence.visit_source_value=@1",
        "R0414 visit_occurrence.visit_concept_id; R0415 visit_occurrence.visit_source_value",
    ),
    case(
        "sourceValueCompleteness",
        "condition_occurrence.condition_concept_id=0@1-2; condition_occurrence.condition_source_value=X@1; condition_occurrence.condition_source_value=Y@2; condition_occurrence.condition_source_value=Z@3-40",
        "condition_occurrence.condition_concept_id=0@1-2",
        "R0415 condition_occurrence.condition_source_value",
    ),
    // Plausibility of values.
    case("plausibleValueLow", "person.year_of_birth=1849@40", "person.year_of_birth=1850@40", "R0421 person.year_of_birth"),
    case("plausibleValueLow", "drug_exposure.days_supply=0@1", "drug_exposure.days_supply=1@1", "R0421 drug_exposure.days_supply"),
    case(
        "plausibleValueLow",
        "observation.observation_date=1949-12-31@1",
        "",
        "R0421 observation.observation_date; R0423 observation.observation_date",
    ),
    case("plausibleValueHigh", "drug_exposure.refills=25@1", "drug_exposure.refills=24@1", "R0422 drug_exposure.refills"),
    case("plausibleValueHigh", "person.year_of_birth=2026@40", "person.year_of_birth=2025@40", "R0425 person."),
    case(
        "plausibleValueHigh",
        "cdm_source.cdm_release_date=2024-06-03@1",
        "cdm_source.cdm_release_date=2024-06-02@1",
        "R0424 cdm_source.cdm_release_date",
    ),
    case(
        "plausibleValueHigh of a concept",
        "observation.observation_concept_id=37392176@1; observation.unit_concept_id=8840@1; observation.value_as_number=5.1@1",
        "observation.observation_concept_id=37392176@1; observation.unit_concept_id=8840@1; observation.value_as_number=5@1",
        "R0426 observation.value_as_number",
    ),
    case(
        "a value out of its limits",
        "measurement.value_as_number=9@1-3",
        "measurement.value_as_number=10@1-3",
        "R0426 measurement.value_as_number",
    ),
    case(
        "a value out of its limits",
        "measurement.unit_concept_id=@1-40; measurement.value_as_number=9@1-3",
        "measurement.unit_concept_id=@1-40; measurement.value_as_number=9@1-2",
        "R0426 measurement.value_as_number",
    ),
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_concept_id=8840@1-3",
        "measurement.unit_concept_id=8840@1-2",
        "R0427 measurement.unit_concept_id",
    ),
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_source_value=@3-40; measurement.unit_concept_id=8840@2",
        "measurement.unit_source_value=@3-40; measurement.unit_concept_id=8840@3-40",
        "R0427 measurement.unit_concept_id",
    ),
    // What has no unit at all is not counted with those in a wrong one, nor with those in a right one.
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_concept_id=@3-40; measurement.unit_concept_id=8840@1",
        "measurement.unit_concept_id=@1-40",
        "R0427 measurement.unit_concept_id",
    ),
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_concept_id=0@1-3",
        "measurement.unit_concept_id=0@1-2",
        "R0414 measurement.unit_concept_id; R0425 measurement.; R0427 measurement.unit_concept_id",
    ),
    // Plausibility of days. The first ten people died on the first of January 2021.
    case(
        "plausibleTemporalAfter",
        "drug_exposure.verbatim_end_date=2020-02-09@1",
        "drug_exposure.verbatim_end_date=2020-02-10@1",
        "R0423 drug_exposure.verbatim_end_date",
    ),
    case(
        "plausibleTemporalAfter",
        "cdm_source.cdm_release_date=2023-12-31@1",
        "cdm_source.cdm_release_date=2024-01-01@1",
        "R0423 cdm_source.cdm_release_date",
    ),
    case(
        "plausibleDuringLife",
        "drug_exposure.drug_exposure_end_date=2021-03-03@1",
        "drug_exposure.drug_exposure_end_date=2021-03-02@1",
        "R0424 drug_exposure.drug_exposure_end_date",
    ),
    case(
        "plausibleBeforeDeath",
        "observation.observation_datetime=2021-03-03 00:00:00@10",
        "observation.observation_datetime=2021-03-03 00:00:00@11",
        "R0424 observation.observation_datetime",
    ),
    case(
        "plausibleAfterBirth",
        "measurement.measurement_datetime=1951-01-01 00:00:00@2",
        "measurement.measurement_datetime=1952-02-02 00:00:00@2",
        "R0423 measurement.measurement_datetime",
    ),
    case("plausibleAfterBirth", "person.birth_datetime=@40", "", "R0416 person.birth_datetime"),
    case(
        "plausibleStartBeforeEnd",
        "visit_occurrence.visit_end_datetime=2020-02-09 00:00:00@1",
        "visit_occurrence.visit_end_datetime=2020-02-10 00:00:00@1",
        "R0423 visit_occurrence.visit_end_datetime",
    ),
    case(
        "plausibleStartBeforeEnd",
        "observation_period.observation_period_end_date=2019-12-31@1",
        "",
        "R0423 observation_period.observation_period_end_date",
    ),
    case(
        "withinVisitDates",
        "procedure_occurrence.procedure_date=2020-02-02@1-3",
        "procedure_occurrence.procedure_date=2020-02-03@1-3",
        "R0425 procedure_occurrence.",
    ),
    case(
        "withinVisitDates",
        "measurement.measurement_date=2020-02-20@1-3",
        "measurement.measurement_date=2020-02-20@1-2",
        "R0425 measurement.",
    ),
    // Those before and those after are counted together.
    case(
        "withinVisitDates",
        "note.note_date=2020-02-02@1; note.note_date=2020-02-20@2",
        "note.note_date=2020-02-03@1; note.note_date=2020-02-19@2",
        "R0425 note.",
    ),
    // Plausibility of genders. People of even numbers are women.
    case(
        "plausibleGender",
        "condition_occurrence.condition_concept_id=200962@2",
        "condition_occurrence.condition_concept_id=200962@1",
        "R0428 condition_occurrence.condition_concept_id",
    ),
    case(
        "plausibleGender",
        "procedure_occurrence.procedure_concept_id=4330583@2",
        "procedure_occurrence.procedure_concept_id=4330583@1",
        "R0428 procedure_occurrence.procedure_concept_id",
    ),
    case(
        "plausibleGenderUseDescendants",
        "condition_occurrence.condition_concept_id=1002@2",
        "condition_occurrence.condition_concept_id=1002@1",
        "R0425 condition_occurrence.",
    ),
    case(
        "plausibleGenderUseDescendants",
        "procedure_occurrence.procedure_concept_id=1202@1",
        "procedure_occurrence.procedure_concept_id=1202@2",
        "R0425 procedure_occurrence.",
    ),
];
