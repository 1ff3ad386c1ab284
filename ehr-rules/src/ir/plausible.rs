//! What of a category can be held against the world: its dates, its periods, its units, and whose row it is.
//!
//! It is told from what a category declares already: the FHIR elements that its columns stand for.

use crate::ir::category::Category;
use crate::ir::category::CategoryColumn;
use crate::ir::types::Kind;
use std::collections::BTreeMap;

/// The category of patients, and what says in it and in others who a patient is.
pub(crate) const PATIENT: &str = "patient";
pub(crate) const ID: &str = "id";

/// What is looked at, by category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plausible {
    /// The patients' days of birth and death, where the categories have them.
    pub life: Option<Life>,
    /// Categories in which something is looked at.
    pub categories: BTreeMap<String, Looked>,
}

/// Where a patient's life stands in the category of patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Life {
    pub birth: Option<String>,
    pub death: Option<String>,
}

/// What is looked at in one category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    pub dates: Vec<Dated>,
    /// Starts with their ends.
    pub periods: Vec<(String, String)>,
    pub units: Vec<String>,
    /// Whether its rows say whose they are.
    pub of_patients: bool,
}

/// A date, a datetime or an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated {
    pub column: String,
    /// Whether it may lie in the future: appointments, and the ends of plans and covers.
    pub planned: bool,
    /// Whether it may lie behind a patient's death: what is planned, and what is paid.
    pub outlives: bool,
}

/// Resources all of whose dates may be planned, those whose ends may, and those that go on when a patient is dead.
const PLANNED: [&str; 2] = ["Appointment", "Schedule"];
const ENDS_PLANNED: [&str; 5] = ["CarePlan", "Coverage", "DeviceUseStatement", "MedicationRequest", "ServiceRequest"];
const PAID: [&str; 4] = ["Claim", "ClaimResponse", "Coverage", "ExplanationOfBenefit"];

/// How the elements that begin and end a period end, each with its other.
const PERIODS: [(&str, &str); 2] = [(".start", ".end"), (".onsetDateTime", ".abatementDateTime")];

impl Plausible {
    /// What these categories declare.
    pub(crate) fn of<'c>(categories: impl Iterator<Item = &'c Category>) -> Self {
        let mut all = Self::default();
        for category in categories {
            if category.name == PATIENT && category.columns.iter().any(|column| column.name == ID) {
                let (birth, death) = (standing_for(category, "Patient.birthDate"), standing_for(category, "Patient.deceasedDateTime"));
                all.life = (birth.is_some() || death.is_some()).then_some(Life { birth, death });
            }
            let looked = Looked::of(category);
            if !looked.dates.is_empty() || !looked.units.is_empty() {
                all.categories.insert(category.name.clone(), looked);
            }
        }
        all
    }
}

impl Looked {
    fn of(category: &Category) -> Self {
        let resource = category.resource.as_str();
        let look = |column: &CategoryColumn| {
            let is_end = PERIODS.iter().any(|(_, end)| column.element.ends_with(end));
            let planned = PLANNED.contains(&resource) || (is_end && ENDS_PLANNED.contains(&resource));
            Dated { column: column.name.clone(), planned, outlives: planned || PAID.contains(&resource) }
        };
        let dates: Vec<&CategoryColumn> = category.columns.iter().filter(|column| is_day(&column.ty.kind)).collect();
        let mut periods = Vec::new();
        for (start, end) in PERIODS {
            for first in &dates {
                let Some(of) = first.element.strip_suffix(start) else { continue };
                let last = dates.iter().find(|last| last.element.strip_suffix(end) == Some(of) && last.ty.kind == first.ty.kind);
                periods.extend(last.map(|last| (first.name.clone(), last.name.clone())));
            }
        }
        let is_unit = |column: &&CategoryColumn| column.ty.kind == Kind::Text && column.element.ends_with("Quantity.unit");
        Self {
            dates: dates.iter().map(|column| look(column)).collect(),
            periods,
            units: category.columns.iter().filter(is_unit).map(|column| column.name.clone()).collect(),
            of_patients: category.name != PATIENT && category.columns.iter().any(|column| column.name == PATIENT),
        }
    }
}

fn standing_for(category: &Category, element: &str) -> Option<String> {
    category.columns.iter().find(|column| column.element == element && is_day(&column.ty.kind)).map(|column| column.name.clone())
}

const fn is_day(kind: &Kind) -> bool {
    matches!(kind, Kind::Date | Kind::Datetime | Kind::Instant)
}
