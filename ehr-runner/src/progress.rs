//! What a terminal shows while an order runs; nothing where stderr is no terminal.

use ehr_rules::Progress;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;
use std::sync::Arc;
use std::time::Duration;

/// A bar over the bytes of input, then a word on what is being done.
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar over so many bytes of input; hidden unless `show` and stderr is a terminal.
    pub(crate) fn new(show: bool, bytes: u64) -> Self {
        let target = if show { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let style = ProgressStyle::with_template("{spinner} {msg:32!} {bar:24} {bytes}/{total_bytes} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        if show {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar }
    }

    /// What a run tells its progress to.
    pub(crate) fn listener(&self) -> Arc<dyn Fn(Progress<'_>) + Send + Sync> {
        let bar = self.bar.clone();
        Arc::new(move |progress| match progress {
            Progress::Table { stage, table } => {
                tracing::debug!(stage, table, "table");
                bar.set_message(format!("{stage} {table}"));
            }
            Progress::Bytes(bytes) => bar.inc(bytes),
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
