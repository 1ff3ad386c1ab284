//! `shift_date`: all days of one person moved by as much, and nobody without the key knows by how much.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row_keyed;
use crate::functions::lowering::four_digit_year;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use polars::prelude::*;

/// Before the id in what is coded: no text in UTF-8 holds such a byte, so no pseudonym by the same key tells the shift.
const PURPOSE: &[u8] = b"\xffshift_date\xff";

pub(super) static FUNCTION: Function = Function {
    name: "shift_date",
    section: Section::Deidentification,
    summary: "`date` moved by a number of days that is the same for all dates of one `id`, so that what lies between them stays: between 1 and `days`, earlier or later, never 0, from HMAC-SHA-256 of `id` with the secret `key`. Where that leaves the years 1 to 9999 it is moved the other way. Its time of day stays, and so does the age, nearly: `age_band` and `cap_age` are for that. In the examples the key is its own name.",
    params: &[param("date", Accepts::Day), param("id", Accepts::Text), constant("key", Accepts::Secret), constant("days", Accepts::Days)],
    returns: Returns::First,
    nulls: Nulls::AnyArgument,
    // Of the id nothing is left, and of the date all that its age does not tell.
    removes: &[
        "name",
        "address",
        "zip",
        "death_date",
        "service_date",
        "phone",
        "fax",
        "email",
        "social_security_number",
        "medical_record_number",
        "health_plan_number",
        "account_number",
        "license_number",
        "vehicle_identifier",
        "device_identifier",
        "url",
        "ip_address",
        "biometric",
        "photo",
        "unique_identifier",
        "free_text",
    ],
    examples: &[
        example(&[Sample::Date("2024-03-01"), Sample::Text("P1"), Sample::Text("research"), Sample::Int(30)], Sample::Date("2024-03-26")),
        example(
            &[Sample::Datetime("2024-03-01T08:30:00"), Sample::Text("P2"), Sample::Text("research"), Sample::Int(30)],
            Sample::Datetime("2024-02-03T08:30:00"),
        ),
        example(&[Sample::Date("2024-03-01"), Sample::Text("P1"), Sample::Text("research"), Sample::Int(1)], Sample::Date("2024-02-29")),
        example(&[Sample::Date("9999-12-31"), Sample::Text("P2"), Sample::Text("research"), Sample::Int(1)], Sample::Date("9999-12-30")),
        example(&[Sample::Date("2024-03-01"), Sample::Null, Sample::Text("research"), Sample::Int(30)], Sample::Null),
        example(&[Sample::Null, Sample::Text("P1"), Sample::Text("research"), Sample::Int(30)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let others = [args[0].clone(), args[1].clone(), args[3].clone()];
    by_row_keyed(&others, &args[2], &[As::Datetime, As::Text, As::Int], Row::Day(shifted))
}

fn shifted(args: &[Arg<'_>], row: usize) -> Option<NaiveDateTime> {
    let (date, id, days) = (args[0].datetime(row)?, args[1].text(row)?, args[2].int(row)?);
    let code = args.get(3)?.mac(&[PURPOSE, id.as_bytes()])?;
    let (head, _) = code.split_first_chunk::<8>()?;
    let span = u64::try_from(days).ok()?.checked_mul(2)?;
    let place = i64::try_from(u64::from_be_bytes(*head).checked_rem(span)?).ok()?;
    // The first half earlier, the second later, and nothing between them.
    let by = if place < days { place - days } else { place - days + 1 };
    let moved = |by: i64| {
        let moved = date.checked_add_signed(TimeDelta::try_days(by)?)?;
        four_digit_year(moved.date()).map(|_| moved)
    };
    moved(by).or_else(|| moved(-by))
}
