//! The words of the invented export: names, places, and a few public codes with short texts of our own.

/// A code with a text.
pub(super) type Code = (&'static str, &'static str);

/// Given names, women's and men's mixed as they come.
pub(super) const GIVEN: &[&str] = &[
    "Ada", "Bruno", "Carla", "Dario", "Elsa", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Leo", "Mira", "Nils", "Olga", "Pavel",
    "Quinn", "Rosa", "Sami", "Tess", "Ugo", "Vera", "Wim", "Xenia", "Yann", "Zoé",
];

/// Family names, an apostrophe and a hyphen among them.
pub(super) const FAMILY: &[&str] = &[
    "Abelard",
    "Birch",
    "Corvin",
    "D'Aubry",
    "Eastlake",
    "Fennimore",
    "Garrow",
    "Hollis",
    "Ingram",
    "Jarnac",
    "Kestrel",
    "Lindqvist",
    "Marlowe",
    "Norrland",
    "O'Sheal",
    "Pellerin",
    "Quarry",
    "Rowan-Pike",
    "Sorrel",
    "Tarrant",
    "Umber",
    "Vance",
    "Wexley",
    "Yarrow",
];

/// Streets.
pub(super) const STREET: &[&str] =
    &["Mill Lane", "Station Road", "Orchard Way", "Harbour Street", "Chapel Hill", "Canal Walk", "North Parade"];

/// Towns, with county and postcode.
pub(super) const TOWN: &[(&str, &str, &str)] = &[
    ("Alderbrook", "Fenland County", "02901"),
    ("Brackenford", "Fenland County", "02902"),
    ("Coldharbour", "Seaward County", "02915"),
    ("Dunmere", "Seaward County", "02916"),
    ("Elmstead", "Upland County", "02931"),
    ("Foxhollow", "Upland County", ""),
];

/// Races as Synthea codes them, the more frequent more often.
pub(super) const RACE: &[&str] = &["white", "white", "white", "white", "white", "black", "asian", "native", "hawaiian", "other"];

/// What kind of encounter: class, code, text, hours it lasts at most.
pub(super) const ENCOUNTER: &[(&str, &str, &str, i64)] = &[
    ("ambulatory", "185345009", "Visit for a symptom", 1),
    ("ambulatory", "390906007", "Follow-up visit", 1),
    ("wellness", "162673000", "General examination", 1),
    ("wellness", "410620009", "Well child visit", 1),
    ("outpatient", "185347001", "Visit for a problem", 2),
    ("urgentcare", "702927004", "Urgent care visit", 3),
    ("emergency", "50849002", "Emergency room admission", 9),
    ("inpatient", "185389009", "Hospital stay", 120),
];

/// Conditions in SNOMED CT.
pub(super) const CONDITION: &[Code] = &[
    ("195662009", "Acute viral sore throat"),
    ("444814009", "Viral sinus infection"),
    ("10509002", "Acute bronchitis"),
    ("59621000", "High blood pressure"),
    ("44054006", "Type 2 diabetes"),
    ("55822004", "High blood lipids"),
    ("233678006", "Childhood asthma"),
    ("239872002", "Osteoarthritis of the hip"),
    ("44465007", "Sprained ankle"),
    ("15777000", "Prediabetes"),
    ("271737000", "Anaemia"),
    ("72892002", "Normal pregnancy"),
    ("73595000", "Stress"),
    ("160903007", "Works full time"),
];

/// Procedures in SNOMED CT.
pub(super) const PROCEDURE: &[Code] = &[
    ("430193006", "Medication review"),
    ("710824005", "Health and social needs assessed"),
    ("171207006", "Depression screening"),
    ("180256009", "Allergy injection under the skin"),
    ("274804006", "Height of the womb measured"),
    ("399208008", "Chest X-ray"),
    ("73761001", "Colonoscopy"),
    ("23426006", "Breathing test"),
    ("225158009", "Listening to the fetal heart"),
];

/// Medicines in `RxNorm`, with days a course lasts; 0 for one that goes on.
pub(super) const MEDICINE: &[(&str, &str, i64)] = &[
    ("314076", "lisinopril 10 mg tablet", 365),
    ("310798", "hydrochlorothiazide 25 mg tablet", 365),
    ("308136", "amlodipine 2.5 mg tablet", 365),
    ("860975", "metformin 500 mg tablet", 365),
    ("314231", "simvastatin 10 mg tablet", 0),
    ("313782", "paracetamol 325 mg tablet", 14),
    ("310965", "ibuprofen 200 mg tablet", 10),
    ("308182", "amoxicillin 250 mg capsule", 7),
    ("665078", "loratadine 5 mg chewable tablet", 0),
    ("745679", "salbutamol inhaler", 180),
];

/// Vaccines in CVX.
pub(super) const VACCINE: &[Code] = &[
    ("140", "Influenza  seasonal"),
    ("62", "HPV"),
    ("08", "Hepatitis B"),
    ("113", "Tetanus and diphtheria"),
    ("52", "Hepatitis A"),
    ("33", "Pneumococcal"),
];

/// Allergens: code, code system, text, category.
pub(super) const ALLERGEN: &[(&str, &str, &str, &str)] = &[
    ("111088007", "SNOMED-CT", "Latex", "environment"),
    ("260147004", "SNOMED-CT", "House dust mite", "environment"),
    ("256277009", "SNOMED-CT", "Grass pollen", "environment"),
    ("84489001", "SNOMED-CT", "Mould", "environment"),
    ("102263004", "SNOMED-CT", "Egg", "food"),
    ("735029006", "SNOMED-CT", "Shellfish", "food"),
    ("7984", "RxNorm", "Penicillin V", "medication"),
];

/// Reactions in SNOMED CT.
pub(super) const REACTION: &[Code] =
    &[("418290006", "Itching"), ("271807003", "Rash"), ("49727002", "Cough"), ("76067001", "Sneezing"), ("247472004", "Wheal")];

/// Care plans in SNOMED CT.
pub(super) const CARE_PLAN: &[Code] = &[
    ("384758001", "Self-care"),
    ("134435003", "Antenatal care"),
    ("443402002", "Living with high blood pressure"),
    ("698360004", "Living with diabetes"),
];

/// Devices in SNOMED CT.
pub(super) const DEVICE: &[Code] =
    &[("705643001", "Coronary stent"), ("72506001", "Implanted defibrillator"), ("702172008", "Home pulse oximeter")];

/// Supplies in SNOMED CT.
pub(super) const SUPPLY: &[Code] =
    &[("409534002", "Disposable respirator"), ("419343004", "Alcohol disinfectant"), ("706724001", "Face shield")];

/// Observations with a number: category, LOINC code, text, unit, least and greatest in tenths.
pub(super) const MEASURED: &[(&str, &str, &str, &str, i64, i64)] = &[
    ("vital-signs", "8302-2", "Body height", "cm", 1_450, 1_950),
    ("vital-signs", "29463-7", "Body weight", "kg", 450, 1_200),
    ("vital-signs", "39156-5", "Body mass index", "kg/m2", 180, 360),
    ("vital-signs", "8462-4", "Diastolic blood pressure", "mm[Hg]", 600, 950),
    ("vital-signs", "8480-6", "Systolic blood pressure", "mm[Hg]", 950, 1_700),
    ("vital-signs", "8867-4", "Heart rate", "/min", 550, 1_050),
    ("vital-signs", "9279-1", "Respiratory rate", "/min", 110, 170),
    ("vital-signs", "72514-3", "Pain score", "{score}", 0, 90),
    ("laboratory", "4548-4", "Haemoglobin A1c", "%", 45, 95),
    ("laboratory", "2093-3", "Total cholesterol", "mg/dL", 1_400, 2_600),
    ("laboratory", "2571-8", "Triglycerides", "mg/dL", 700, 2_500),
    ("laboratory", "2339-0", "Glucose", "mg/dL", 650, 1_400),
    ("laboratory", "718-7", "Haemoglobin", "g/dL", 110, 175),
    ("laboratory", "6299-2", "Urea nitrogen", "mg/dL", 70, 200),
    ("survey", "55758-7", "Two-item mood questionnaire", "{score}", 0, 60),
];

/// Observations with a word: category, LOINC code, text, words.
pub(super) const WORDED: &[(&str, &str, &str, &[&str])] = &[
    ("survey", "72166-2", "Tobacco smoking status", &["Never smoked", "Former smoker", "Smokes daily"]),
    ("survey", "71802-3", "Housing status", &["Has a home", "Has no home"]),
    ("survey", "93030-5", "Lack of transport", &["No", "Yes"]),
    ("laboratory", "5778-6", "Colour of urine", &["Yellow", "Amber"]),
];

/// Insurers that nobody has heard of; the last one is Synthea's name for none.
pub(super) const PAYER: &[&str] = &["Harbour Mutual", "Fenland Health Fund", "Upland Cooperative", "NO_INSURANCE"];

/// Specialities of providers.
pub(super) const SPECIALITY: &[&str] =
    &["GENERAL PRACTICE", "INTERNAL MEDICINE", "NURSE PRACTITIONER", "PHYSICAL THERAPY", "CARDIOLOGY", "PEDIATRICS"];
