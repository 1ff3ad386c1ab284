//! The sandbox: what a script can do, which is to compute; no input, output, clock, chance or loop without end.

use crate::functions::CATALOGUE;
use crate::ir::types::Value;
use crate::script::native;
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

/// Steps a script may take on one row.
const OPERATIONS: u64 = 100_000;
/// Words that are none here: they reach outside, or change what a script is. What is only a function is left out instead.
const REFUSED: [&str; 7] = ["eval", "print", "debug", "import", "export", "fn", "private"];

/// The packages a script may use, as one module.
pub(super) fn library() -> Shared<Module> {
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
    module.into()
}

/// An engine of its own, so that the date and the row that a script sees are never another's.
pub(super) fn engine(library: &Shared<Module>, today: NaiveDate) -> Engine {
    let mut engine = Engine::new_raw();
    engine.register_global_module(library.clone());
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(OPERATIONS)
        .set_max_call_levels(16)
        .set_max_expr_depths(128, 64)
        .set_max_variables(1_000)
        .set_max_string_size(1 << 20)
        .set_max_array_size(10_000)
        .set_max_map_size(10_000);
    for word in REFUSED {
        engine.disable_symbol(word);
    }
    engine.register_fn("today", move || today);
    engine.register_fn("col", column);
    settings(&mut engine, &[]);
    value::register(&mut engine);
    missing(&mut engine);
    texts(&mut engine);
    for function in CATALOGUE {
        native::register(&mut engine, function);
    }
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
}

/// rhai's own of these change the text in place and give nothing, which reads like the catalogue's and is not.
fn texts(engine: &mut Engine) {
    engine.register_fn("trim", |text: ImmutableString| ImmutableString::from(text.trim()));
    engine.register_fn("replace", |text: ImmutableString, pattern: &str, with: &str| ImmutableString::from(text.replace(pattern, with)));
}
