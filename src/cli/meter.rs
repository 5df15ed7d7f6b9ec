//! How a long command comes along: a bar on a terminal, a line now and then elsewhere, all on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use huzhu::Language;
use huzhu::batch::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::figures::count;
use super::options::Setting;
use super::words::{pick, say};

/// A command that ends sooner shows nothing.
const SILENT: Duration = Duration::from_secs(1);
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows how far a run is, and passes on that it is to stop.
pub(super) struct Meter {
    language: Language,
    form: Form,
    stops: Arc<AtomicBool>,
    began: Instant,
    now: Mutex<Option<Now>>,
}

enum Form {
    Nothing,
    Bar(ProgressBar),
    Lines,
}

/// The stage under way.
struct Now {
    stage: Stage,
    began: Instant,
    told: Instant,
    reached: Reached,
}

/// How far a stage has come. It never goes back, in whatever order threads tell of their rows and however an estimate of all rows grows.
#[derive(Debug, Default)]
struct Reached {
    done: u64,
    total: u64,
    /// In thousandths.
    share: u64,
}

/// The share of all.
const ALL: u64 = 1_000;

impl Reached {
    fn take(&mut self, done: u64, total: u64) {
        self.done = self.done.max(done);
        self.total = total.max(self.done);
        let share = self.done.saturating_mul(ALL).checked_div(self.total).unwrap_or(ALL);
        self.share = self.share.max(share);
    }
}

impl Meter {
    pub(super) fn new(setting: &Setting, is_quiet: bool, stops: Arc<AtomicBool>) -> Meter {
        let form = if is_quiet {
            Form::Nothing
        } else if io::stderr().is_terminal() {
            Form::Bar(bar())
        } else {
            Form::Lines
        };
        Meter { language: setting.language, form, stops, began: Instant::now(), now: Mutex::new(None) }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

/// How far a stage is, on a line.
fn line(stage: Stage, reached: &Reached, time: Duration, language: Language) -> String {
    let Reached { done, total, share } = *reached;
    let percent = share.div_euclid(10);
    let (pace, stage) = (pace(stage, done, total, time, language), stage_in_words(stage, language));
    let (done, total) = (count(done), count(total));
    say!(language, "{stage}：{done}/{total}（{percent}%），{pace}", "{stage}: {done} of {total} ({percent}%), {pace}")
}

/// How fast a stage is, and how long it still takes if it goes on so.
fn pace(stage: Stage, done: u64, total: u64, time: Duration, language: Language) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = done.saturating_mul(1_000).div_euclid(millis);
    let left = if rate == 0 { "?".to_owned() } else { count(total.saturating_sub(done).div_ceil(rate)) };
    if stage == Stage::Writing {
        return say!(language, "约剩 {left} 秒", "{left} s left"); // what is counted there is parts
    }
    let rate = count(rate);
    say!(language, "每秒 {rate}，约剩 {left} 秒", "{rate} a second, {left} s left")
}

impl Progress for Meter {
    fn advance(&self, stage: Stage, done: u64, total: u64) {
        if matches!(self.form, Form::Nothing) {
            return;
        }
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = now.as_ref().is_none_or(|now| now.stage != stage);
        let current = Instant::now();
        if is_new {
            *now = Some(Now { stage, began: current, told: current, reached: Reached::default() });
        }
        let Some(now) = now.as_mut() else { return };
        now.reached.take(done, total);
        let Reached { done, total, share } = now.reached;
        match &self.form {
            Form::Nothing => {}
            Form::Bar(bar) => {
                if is_new {
                    bar.reset();
                    bar.set_prefix(stage_in_words(stage, self.language));
                }
                if bar.is_hidden() && self.began.elapsed() >= SILENT {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
                bar.set_position(share);
                bar.set_message(pace(stage, done, total, now.began.elapsed(), self.language));
            }
            Form::Lines => {
                if now.told.elapsed() >= BETWEEN_LINES {
                    now.told = current;
                    let line = line(stage, &now.reached, now.began.elapsed(), self.language);
                    // Where standard error is closed, no one hears how far it is.
                    let _unheard = writeln!(io::stderr(), "{line}");
                }
            }
        }
    }

    fn stops(&self) -> bool {
        self.stops.load(Ordering::Relaxed)
    }
}

/// The message takes the room that is left and no more, so that the bar stays on one line, which is drawn over.
const TEMPLATE: &str = "{prefix} {bar:20} {percent:>3}%  {wide_msg}";

/// A bar that is not shown yet.
fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(ALL), ProgressDrawTarget::hidden());
    match ProgressStyle::with_template(TEMPLATE) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn stage_in_words(stage: Stage, language: Language) -> &'static str {
    match stage {
        Stage::Enrollments => pick(language, "1/4 读取参保记录", "1/4 reading enrollments"),
        Stage::Claims => pick(language, "2/4 读取理赔申请", "2/4 reading claims"),
        Stage::Deciding => pick(language, "3/4 审核", "3/4 deciding claims"),
        Stage::Writing => pick(language, "4/4 写出结果", "4/4 writing results"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use indicatif::TermLike;

    fn reached(told: &[(u64, u64)]) -> Reached {
        let mut reached = Reached::default();
        for (done, total) in told {
            reached.take(*done, *total);
        }
        reached
    }

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_yet() {
        let far = reached(&[(2_500_000, 10_000_000)]);
        let english = line(Stage::Deciding, &far, Duration::from_secs(5), Language::En);
        assert_eq!(english, "3/4 deciding claims: 2,500,000 of 10,000,000 (25%), 500,000 a second, 15 s left");
        let chinese = line(Stage::Claims, &reached(&[(0, 0)]), Duration::ZERO, Language::Zh);
        assert_eq!(chinese, "2/4 读取理赔申请：0/0（100%），每秒 0，约剩 ? 秒");
    }

    #[test]
    fn a_stage_never_goes_back() {
        let Reached { done, total, share } = reached(&[(500, 1_000), (400, 1_000), (600, 3_000)]);
        assert_eq!((done, total, share), (600, 3_000, 500));
    }

    /// What indicatif draws again and again must fit on one line of the terminal, Chinese signs taking two columns.
    #[test]
    fn a_bar_stays_on_one_line() {
        for columns in [60, 80, 120] {
            let screen = Screen { columns, drawn: Arc::default() };
            let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
            let bar = bar();
            bar.set_draw_target(target);
            bar.set_prefix(stage_in_words(Stage::Claims, Language::Zh));
            bar.set_message(pace(Stage::Claims, 1_234_567, 123_456_789, Duration::from_secs(1), Language::Zh));
            bar.set_position(100);
            bar.tick();
            let drawn = screen.drawn.lock().unwrap_or_else(PoisonError::into_inner);
            let widest = drawn.iter().map(|line| super::super::layout::width(line)).max();
            assert!(drawn.iter().any(|line| line.contains("读取理赔申请")), "{drawn:?}");
            assert!(widest.is_some_and(|widest| widest <= usize::from(columns)), "{columns}: {drawn:?}");
        }
    }

    /// A terminal that keeps what is written to it.
    #[derive(Debug, Clone)]
    struct Screen {
        columns: u16,
        drawn: Arc<Mutex<Vec<String>>>,
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            self.columns
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            // The line is filled with spaces up to the edge.
            self.drawn.lock().unwrap_or_else(PoisonError::into_inner).push(text.trim_end().to_owned());
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }
}
