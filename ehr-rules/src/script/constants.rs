//! The constants of a `switch`: a syntax tree keeps their hashes alone, so they are read from the text and hashed again.

use crate::ir::types::Value;
use rhai::Engine;
use rhai::Stmt;
use rhai::Token;

/// Every constant of a script that has a `switch`, each once, in the order written, with its hash.
pub(super) fn of(source: &str, engine: &Engine) -> Vec<(u64, Value)> {
    let mut values = Vec::new();
    let mut switches = false;
    let mut negative = false;
    for (token, _) in engine.lex(&[source]).0 {
        let value = match &token {
            Token::Switch => {
                switches = true;
                None
            }
            Token::IntegerConstant(number) => Some(Value::Integer(if negative { number.wrapping_neg() } else { *number })),
            Token::StringConstant(text) => Some(Value::Text(text.to_string())),
            Token::True => Some(Value::Boolean(true)),
            Token::False => Some(Value::Boolean(false)),
            Token::Unit => Some(Value::Null),
            Token::EOF | Token::LexError(_) => break,
            _ => None,
        };
        negative = matches!(token, Token::Minus | Token::UnaryMinus);
        if let Some(value) = value.filter(|value| !values.contains(value)) {
            values.push(value);
        }
    }
    if !switches {
        return Vec::new();
    }
    // `()` may be two tokens.
    if !values.contains(&Value::Null) {
        values.push(Value::Null);
    }
    values.into_iter().filter_map(|value| Some((hash(&value, engine)?, value))).collect()
}

/// As the parser hashes it.
fn hash(value: &Value, engine: &Engine) -> Option<u64> {
    let written = match value {
        Value::Text(text) => quoted(text),
        Value::Null => "()".to_owned(),
        other => other.to_string(),
    };
    let ast = engine.compile(format!("switch 0 {{ {written} => 0 }}")).ok()?;
    let [Stmt::Switch(switch, _)] = ast.statements() else { return None };
    switch.1.cases.keys().next().copied()
}

/// A text as a constant of the script language.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
