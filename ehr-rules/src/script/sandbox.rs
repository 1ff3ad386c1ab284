//! The sandbox: what a script can do, which is to compute; no input, output, clock, chance or loop without end.

use crate::functions;
use crate::functions::CATALOGUE;
use crate::functions::function::Function;
use crate::ir::types::Value;
use crate::script::limit::CALLS;
use crate::script::limit::OPERATIONS;
use crate::script::limit::PATIENCE;
use crate::script::limit::TEXT;
use crate::script::limit::VALUES;
use crate::script::limit::VARIABLES;
use crate::script::native;
use crate::script::truth;
use crate::script::value;
use chrono::NaiveDate;
use rhai::Dynamic;
use rhai::Engine;
use rhai::EvalAltResult;
use rhai::ImmutableString;
use rhai::Map;
use rhai::Module;
use rhai::NativeCallContext;
use rhai::OptimizationLevel;
use rhai::Shared;
use rhai::packages::ArithmeticPackage;
use rhai::packages::BasicArrayPackage;
use rhai::packages::BasicFnPackage;
use rhai::packages::BasicIteratorPackage;
use rhai::packages::BasicMapPackage;
use rhai::packages::BasicMathPackage;
use rhai::packages::BasicStringPackage;
use rhai::packages::LogicPackage;
use rhai::packages::MoreStringPackage;
use rhai::packages::Package;
use std::any::TypeId;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Instant;

/// The language's own functions that give what the catalogue's of that name give, and are faster.
const AGREED: [&str; 3] = ["contains", "starts_with", "ends_with"];
/// Words that are none here: they reach outside, or change what a script is. What is only a function is left out instead.
const REFUSED: [&str; 7] = ["eval", "print", "debug", "import", "export", "fn", "private"];

/// What every sandbox shares.
#[derive(Clone)]
pub(super) struct Library {
    module: Shared<Module>,
    /// The language's own functions of a catalogue name: name and types of parameters.
    clashes: Arc<Vec<(&'static Function, Vec<TypeId>)>>,
}

thread_local! {
    /// When this thread's row took too long.
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Begins a row on this thread.
pub(super) fn begin() {
    DEADLINE.set(Some(Instant::now() + PATIENCE));
}

/// Tells now and then whether a row takes too long.
fn patience(steps: u64) -> Option<Dynamic> {
    if !steps.is_multiple_of(64) {
        return None;
    }
    DEADLINE.get().filter(|deadline| Instant::now() > *deadline).map(|_| Dynamic::UNIT)
}

/// The packages a script may use, as one module; it is made once.
pub(super) fn library() -> Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(make).clone()
}

fn make() -> Library {
    let mut module = Module::new();
    ArithmeticPackage::init(&mut module);
    LogicPackage::init(&mut module);
    BasicStringPackage::init(&mut module);
    MoreStringPackage::init(&mut module);
    BasicMathPackage::init(&mut module);
    BasicIteratorPackage::init(&mut module);
    BasicFnPackage::init(&mut module);
    BasicArrayPackage::init(&mut module);
    BasicMapPackage::init(&mut module);
    module.build_index();
    let module: Shared<Module> = module.into();
    let mut engine = Engine::new_raw();
    engine.register_global_module(module.clone());
    let single = [
        TypeId::of::<ImmutableString>(),
        TypeId::of::<char>(),
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<bool>(),
        TypeId::of::<()>(),
    ];
    let clashes = engine.collect_fn_metadata(
        None,
        |info| {
            let function = functions::find(info.metadata.name.as_str()).filter(|function| !AGREED.contains(&function.name))?;
            let types = info.metadata.param_types.to_vec();
            // Lists and objects are the language's own matter.
            let ours = types.len() == info.metadata.num_params && types.iter().all(|ty| single.contains(ty));
            ours.then_some((function, types))
        },
        true,
    );
    Library { module, clashes: Arc::new(clashes) }
}

/// The engine that scripts are parsed with: one for all of them, since to make one takes longer than to parse most scripts. It runs none.
pub(super) fn parser() -> &'static Engine {
    static PARSER: OnceLock<Engine> = OnceLock::new();
    PARSER.get_or_init(|| engine(&library(), NaiveDate::default()))
}

/// An engine of its own, so that the date and the row that a script sees are never another's.
pub(super) fn engine(library: &Library, today: NaiveDate) -> Engine {
    let mut engine = Engine::new_raw();
    engine.register_global_module(library.module.clone());
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(OPERATIONS)
        .set_max_call_levels(CALLS)
        .set_max_expr_depths(128, 64)
        .set_max_variables(VARIABLES)
        .set_max_string_size(TEXT)
        .set_max_array_size(VALUES)
        .set_max_map_size(VALUES)
        .on_progress(patience);
    for word in REFUSED {
        engine.disable_symbol(word);
    }
    engine.register_fn("today", move || today);
    engine.register_fn("col", column);
    settings(&mut engine, &[]);
    value::register(&mut engine);
    missing(&mut engine);
    for function in CATALOGUE.iter().filter(|function| !function.is_keyed()) {
        native::register(&mut engine, function);
    }
    // A name of the catalogue's means the catalogue's function, also for values that the language has one of its own for.
    for (function, types) in library.clashes.iter() {
        native::replace(&mut engine, function, types);
    }
    texts(&mut engine);
    engine
}

/// `parameter("name")`: what the order gives.
pub(super) fn settings(engine: &mut Engine, given: &[(String, Value)]) {
    let given: Vec<(String, Dynamic)> = given.iter().map(|(name, value)| (name.clone(), value::constant(value))).collect();
    engine.register_fn("parameter", move |name: &str| -> Result<Dynamic, Box<EvalAltResult>> {
        let found = given.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        found.ok_or_else(|| "there is no such parameter".into())
    });
}

/// `col("name")`: the row is in the engine's tag.
#[expect(clippy::needless_pass_by_value, reason = "the signature that rhai asks for")]
fn column(context: NativeCallContext<'_>, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
    let row = context.tag().and_then(Dynamic::read_lock::<Map>);
    row.and_then(|row| row.get(name).cloned()).ok_or_else(|| "there is no such column".into())
}

/// What a native expression makes of a missing value, an interpreted script makes of it too.
fn missing(engine: &mut Engine) {
    engine.register_fn("len", |(): ()| ());
    engine.register_fn("to_upper", |(): ()| ());
    engine.register_fn("to_lower", |(): ()| ());
    engine.register_fn("!", |(): ()| true);
    engine.register_fn(truth::TRUTH, |(): ()| false);
    engine.register_fn(truth::TRUTH, |truth: bool| truth);
}

/// rhai's own of these change the text in place and give nothing, which reads like the catalogue's and is not.
fn texts(engine: &mut Engine) {
    engine.register_fn("trim", |text: ImmutableString| ImmutableString::from(text.trim()));
    engine.register_fn("replace", |text: ImmutableString, pattern: &str, with: &str| ImmutableString::from(text.replace(pattern, with)));
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::ir::types::Kind;
    use crate::script::Script;
    use crate::script::limit::Limit;
    use polars::prelude::AnyValue;
    use polars::prelude::Column;
    use rhai::Scope;

    /// The integer that a script gives, the way an order runs it; `None` where it fails.
    fn given(source: &str) -> Option<i64> {
        tried(source).ok()
    }

    /// The same, or the limit that stopped it where one did.
    fn tried(source: &str) -> Result<i64, Option<Limit>> {
        let script = Script::compile(source).unwrap();
        let rows = Column::new("row".into(), [0i64]);
        let inputs = [("row".to_owned(), Kind::Integer)];
        let (column, failed) = crate::script::run(&script, &inputs, &[], &Kind::Integer, NaiveDate::default(), &[rows], 1).unwrap();
        match (column.get(0).unwrap(), failed.first()) {
            (AnyValue::Int64(number), None) => Ok(number),
            (_, failed) => Err(failed.and_then(|(_, limit)| *limit)),
        }
    }

    #[test]
    fn the_limit_that_stops_a_script_is_named_and_a_value_never() {
        for (source, limit) in [
            ("loop { row }", Some(Limit::Operations)),
            ("let f = |f, n| 1 + f.call(f, n); f.call(f, row)", Some(Limit::Calls)),
            ("let s = \"secret\"; loop { s += s }", Some(Limit::Text)),
            ("let list = []; for n in 0..11000 { list.push(n) } row", Some(Limit::List)),
            ("let fields = #{}; loop { fields = #{one: fields, other: fields} }", Some(Limit::Object)),
            ("1 / row", None),
            ("throw \"secret\"", None),
            // What a script throws is not taken for a limit.
            ("throw \"Too many operations\"", None),
        ] {
            let found = tried(source);
            assert_eq!(found, Err(limit), "{source}");
            assert!(limit.is_none_or(|limit| !limit.words().contains("secret")), "{source}");
        }
    }

    #[test]
    fn steps_are_counted() {
        let counting = |to: u32| given(&format!("let x = 0; while x < {to} {{ x += 1 }} x"));
        assert_eq!(counting(5_000), Some(5_000));
        assert_eq!(counting(60_000), None);
    }

    #[test]
    fn calls_are_counted() {
        let deep = |levels: u32| given(&format!("let f = |f, n| if n == 0 {{ 0 }} else {{ 1 + f.call(f, n - 1) }}; f.call(f, {levels})"));
        assert_eq!(deep(12), Some(12));
        assert_eq!(deep(20), None);
    }

    #[test]
    fn texts_lists_and_objects_have_a_greatest_size() {
        let doubled = |times: u32| given(&format!("let text = \"ab\"; for i in 0..{times} {{ text += text }} text.len()"));
        assert_eq!(doubled(18), Some(1 << 19));
        assert_eq!(doubled(20), None);
        let list = |size: u32| given(&format!("let list = []; for i in 0..{size} {{ list.push(i) }} list.len()"));
        assert_eq!(list(10_000), Some(10_000));
        assert_eq!(list(10_001), None);
        let object = |size: u32| given(&format!("let object = #{{}}; for i in 0..{size} {{ object[`${{i}}`] = i }} object.len()"));
        assert_eq!(object(5_000), Some(5_000));
        assert_eq!(object(10_001), None);
        // The same by one step instead of many.
        assert_eq!(given("let list = []; list.pad(20_000, 0); list.len()"), None);
        assert_eq!(given("let text = \"\"; text.pad(2_000_000, \"x\"); text.len()"), None);
    }

    #[test]
    fn variables_are_counted() {
        let declared =
            |count: u32| given(&format!("{} 1", (0..count).map(|one| format!("let x{one} = {one};")).collect::<Vec<_>>().concat()));
        assert_eq!(declared(900), Some(1));
        assert_eq!(declared(1_100), None);
    }

    #[test]
    fn a_row_that_takes_too_long_is_given_up() {
        let engine = engine(&library(), NaiveDate::default());
        let script = "let x = 0; while x < 1_000 { x += 1 } x";
        let ast = engine.compile(script).unwrap();
        let run = || engine.eval_ast_with_scope::<i64>(&mut Scope::new(), &ast);
        begin();
        assert_eq!(run().unwrap(), 1_000);
        assert!(DEADLINE.get().unwrap() <= Instant::now() + PATIENCE);
        DEADLINE.set(Some(Instant::now()));
        assert!(matches!(*run().unwrap_err(), EvalAltResult::ErrorTerminated(..)));
        // Each row begins anew, however long the one before took.
        assert_eq!(given(script), Some(1_000));
        assert!(DEADLINE.get().unwrap() > Instant::now());
    }

    #[test]
    fn what_reaches_outside_is_no_function_under_any_name() {
        for name in REFUSED {
            assert!(Script::compile(&format!("{name}(1)")).is_err(), "{name}");
        }
        let names =
            ["eval", "print", "debug", "import", "sleep", "timestamp", "rand", "exit", "open_file", "parse_json", "now", "log", "run"];
        for name in names {
            assert_eq!(given(&format!("Fn(\"{name}\").call(1); 1")), None, "{name}");
            assert_eq!(given(&format!("Fn(\"{name}\").call(); 1")), None, "{name}");
            assert_eq!(given(&format!("Fn(\"{name}\").call(\"1\"); 1")), None, "{name}");
        }
        assert_eq!(given("Fn(\"abs\").call(-1)"), Some(1));
    }
}
