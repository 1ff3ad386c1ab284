//! The files of the export: one a table, headers as Synthea's CSV exporter writes them since 2020.

use std::fmt;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;

/// A table of the export; the order is that of [`TABLES`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    Allergies,
    Careplans,
    Claims,
    ClaimsTransactions,
    Conditions,
    Devices,
    Encounters,
    ImagingStudies,
    Immunizations,
    Medications,
    Observations,
    Organizations,
    Patients,
    PayerTransitions,
    Payers,
    Procedures,
    Providers,
    Supplies,
}

/// File names without their ending, and headers.
const TABLES: [(&str, &str); 18] = [
    (
        "allergies",
        "START,STOP,PATIENT,ENCOUNTER,CODE,SYSTEM,DESCRIPTION,TYPE,CATEGORY,REACTION1,DESCRIPTION1,SEVERITY1,REACTION2,DESCRIPTION2,SEVERITY2",
    ),
    ("careplans", "Id,START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,REASONCODE,REASONDESCRIPTION"),
    (
        "claims",
        "Id,PATIENTID,PROVIDERID,PRIMARYPATIENTINSURANCEID,SECONDARYPATIENTINSURANCEID,DEPARTMENTID,PATIENTDEPARTMENTID,\
         DIAGNOSIS1,DIAGNOSIS2,DIAGNOSIS3,DIAGNOSIS4,DIAGNOSIS5,DIAGNOSIS6,DIAGNOSIS7,DIAGNOSIS8,REFERRINGPROVIDERID,APPOINTMENTID,\
         CURRENTILLNESSDATE,SERVICEDATE,SUPERVISINGPROVIDERID,STATUS1,STATUS2,STATUSP,OUTSTANDING1,OUTSTANDING2,OUTSTANDINGP,\
         LASTBILLEDDATE1,LASTBILLEDDATE2,LASTBILLEDDATEP,HEALTHCARECLAIMTYPEID1,HEALTHCARECLAIMTYPEID2",
    ),
    (
        "claims_transactions",
        "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,PROCEDURECODE,MODIFIER1,MODIFIER2,\
         DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,TRANSFEROUTID,TRANSFERTYPE,\
         PAYMENTS,ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,PATIENTINSURANCEID,FEESCHEDULEID,PROVIDERID,\
         SUPERVISINGPROVIDERID",
    ),
    ("conditions", "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION"),
    ("devices", "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,UDI"),
    (
        "encounters",
        "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,\
         PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION",
    ),
    (
        "imaging_studies",
        "Id,DATE,PATIENT,ENCOUNTER,SERIES_UID,BODYSITE_CODE,BODYSITE_DESCRIPTION,MODALITY_CODE,MODALITY_DESCRIPTION,INSTANCE_UID,\
         SOP_CODE,SOP_DESCRIPTION,PROCEDURE_CODE",
    ),
    ("immunizations", "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST"),
    (
        "medications",
        "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,PAYER_COVERAGE,DISPENSES,TOTALCOST,REASONCODE,REASONDESCRIPTION",
    ),
    ("observations", "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE"),
    ("organizations", "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION"),
    (
        "patients",
        "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,\
         ADDRESS,CITY,STATE,COUNTY,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE",
    ),
    ("payer_transitions", "PATIENT,MEMBERID,START_YEAR,END_YEAR,PAYER,SECONDARY_PAYER,OWNERSHIP,OWNERNAME"),
    (
        "payers",
        "Id,NAME,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED,REVENUE,COVERED_ENCOUNTERS,\
         UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,UNCOVERED_MEDICATIONS,COVERED_PROCEDURES,UNCOVERED_PROCEDURES,\
         COVERED_IMMUNIZATIONS,UNCOVERED_IMMUNIZATIONS,UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS",
    ),
    ("procedures", "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION"),
    ("providers", "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,UTILIZATION"),
    ("supplies", "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,QUANTITY"),
];

/// The files, open for writing.
#[derive(Debug)]
pub(super) struct Files(Vec<BufWriter<File>>);

impl Files {
    /// Makes the folder, the files and their headers.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut files = Vec::with_capacity(TABLES.len());
        for (name, header) in TABLES {
            let mut file = BufWriter::with_capacity(1 << 18, File::create(folder.join(format!("{name}.csv")))?);
            writeln!(file, "{header}")?;
            files.push(file);
        }
        Ok(Self(files))
    }

    /// Writes one row, its fields already joined by commas.
    pub(super) fn row(&mut self, table: Table, fields: fmt::Arguments<'_>) -> io::Result<()> {
        let Some(file) = self.0.get_mut(table as usize) else { return Ok(()) };
        file.write_fmt(fields)?;
        file.write_all(b"\n")
    }

    /// Writes out what is still in memory.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.0.iter_mut().try_for_each(io::Write::flush)
    }
}
