//! The options of every command.
//!
//! Each text is in both languages, the English first, then ` · ` and the Chinese; [`help`](super::help) takes the reader's.

#[cfg(feature = "batch")]
mod many;
#[cfg(feature = "settle")]
mod process;

use std::fmt;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use anstream::AutoStream;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use huzhu::{Catalog, Hold, Language, Order};

#[cfg(feature = "batch")]
pub(super) use self::many::{Audit, Batch, Draw, Enroll, RecordedUnit, Tables, Template};
#[cfg(feature = "settle")]
pub(super) use self::process::{Asked, Day, Demo, Ledger, Settle, Until};
use super::home::Home;
use super::layout::Look;

/// A terminal's width counts up to here; longer lines are hard to read.
const WIDEST: usize = 100;
const NARROWEST: usize = 60;
/// Where the width is not known.
const USUAL_WIDTH: usize = 80;

#[derive(Debug, Parser)]
#[command(
    name = "huzhu",
    version,
    about = "Decides mutual-aid claims exactly, with reasons · 互助保障理赔审核",
    long_about = "Decides claims of Chinese trade-union mutual aid (职工互助保障) exactly, from rule packs that a bylaw expert can read,\n\
                  and says why, line by line, with the clause of every figure. \
                  · 按条款专家能读懂的规则包，准确审核职工互助保障的理赔申请，逐行说明理由，每个数值都注明条款。",
    after_long_help = "Examples:\n  \
        huzhu adjudicate rules/cases/zhao.json\n  \
        huzhu --lang zh adjudicate rules/cases/zhao.json\n  \
        huzhu check\n  \
        huzhu test\n\n\
        Exit codes: 0 done, and nothing is wrong; 1 done, and something is wrong with what was examined; 2 could not run.\n\
        A denied or pended claim is a result: exit 0. Results go to standard output, everything else to standard error. \
        · 退出码：0 完成，没有问题；1 完成，所查内容有问题；2 未能运行。不予给付或暂缓也是审核结果，退出码为 0。结果写到标准输出，其余写到标准错误。",
    arg_required_else_help = true,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    propagate_version = true
)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(super) struct Common {
    /// The folder of rule packs [default: what `HUZHU_RULES` or the nearest `huzhu.toml` names, else `rules`]
    /// · 规则目录 [默认：`HUZHU_RULES` 或最近的 `huzhu.toml` 所指的目录，否则为 `rules`]
    #[arg(long, value_name = "DIR", global = true)]
    rules: Option<PathBuf>,
    /// The form of the results
    /// · 结果的格式
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,
    /// The language of the output [default: what `huzhu.toml` says, else zh if the environment's is Chinese, else en]
    /// · 输出的语言 [默认：从 `huzhu.toml`；没有则从系统环境，中文环境为 zh，其他为 en]
    #[arg(long, value_enum, global = true)]
    lang: Option<Tongue>,
    /// Whether to colour; `auto` heeds the terminal and `NO_COLOR`
    /// · 是否用颜色；`auto` 随终端和 `NO_COLOR` 而定
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto, global = true)]
    color: Colour,
    /// Print help; `-h` is the short one
    /// · 显示说明；`-h` 只显示简要说明
    #[arg(long, short, action = ArgAction::Help, global = true)]
    help: Option<bool>,
    /// Print the version
    /// · 显示版本
    #[arg(long, short = 'V', action = ArgAction::Version, global = true)]
    version: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tongue {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Adjudicate(Adjudicate),
    Check(Check),
    Test(Test),
    #[cfg(feature = "batch")]
    Batch(Batch),
    #[cfg(feature = "batch")]
    Audit(Audit),
    #[cfg(feature = "batch")]
    Template(Template),
    #[cfg(feature = "batch")]
    Enroll(Enroll),
    #[cfg(feature = "settle")]
    Settle(Settle),
    #[cfg(feature = "settle")]
    Ledger(Ledger),
    #[cfg(feature = "settle")]
    Demo(Demo),
    #[cfg(not(feature = "batch"))]
    #[command(hide = true, aliases = ["audit", "template", "enroll", "settle", "ledger", "demo"])]
    Batch(Absent),
    Verify(Verify),
    Extract(Extract),
    Schema(Schema),
    Explain(Explain),
    Init(Init),
    Completions(Completions),
    Man(Man),
    Help(Help),
}

/// A command that this program is built without.
#[cfg(not(feature = "batch"))]
#[derive(Debug, Args)]
pub(super) struct Absent {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<String>,
}

/// Decides one case file, or claims of two tables, and explains the benefits
/// · 审核一份理赔文件，或理赔表中的几件理赔，说明各项待遇
///
/// The case file is JSON, or TOML if its name ends so: one enrollment, the member's earlier claims, and the claim to decide. `huzhu schema
/// --case` describes it. With `--claims` and `--enrollments`, claims are looked up by their ids in the tables that `huzhu batch` reads. A denied or pended claim is a result, exit 0; a mistake in the case or in a pack, or a rejected row, is exit 1.
/// · 理赔文件为 JSON，文件名以 `.toml` 结尾的为 TOML，内容为一份参保记录、会员的既往理赔和待审核的申请；格式见 `huzhu schema --case`。写 `--claims` 和 `--enrollments` 的，按理赔编号从 `huzhu batch` 所读的表中取出。不予给付或暂缓也是审核结果，退出码为 0；理赔文件或规则包有误，或所取的行退回，退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu adjudicate rules/cases/zhao.json\n  \
    huzhu adjudicate rules/cases/zhao.json --lang zh\n  \
    huzhu adjudicate rules/cases/zhao.json --brief\n  \
    huzhu adjudicate rules/cases/zhao.json --format json\n  \
    huzhu adjudicate rules/cases/zhao.json --certificate zhao.certificate.json\n  \
    huzhu adjudicate rules/cases/zhao.json --what-if hospital_days=30\n  \
    huzhu adjudicate rules/cases/zhao.json --curve personal_burden --svg burden.svg\n  \
    huzhu adjudicate rules/cases/zhao.json --workbook zhao.xlsx\n  \
    huzhu adjudicate -c rules/cases/claims.csv -e rules/cases/enrollments.csv zhao-2025-01\n  \
    huzhu adjudicate - < rules/cases/zhao.json")]
pub(super) struct Adjudicate {
    /// The case file; `-` reads standard input. With `--claims`, the ids of one or more claims
    /// · 理赔文件；`-` 表示标准输入。写 `--claims` 的，为一个或多个理赔编号
    #[arg(value_name = "CASE", required = true)]
    pub(super) subjects: Vec<PathBuf>,
    #[cfg(feature = "batch")]
    #[command(flatten)]
    pub(super) tables: Tables,
    /// Write a certificate too, which can be checked without this program; overwrites the file
    /// · 另写凭证，不用本程序也能查验；已有文件将被覆盖
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// Write a workbook too, whose formulas work out the payout in a spreadsheet; overwrites the file
    /// · 另写工作簿，其中的公式在电子表格中算出应付额；已有文件将被覆盖
    #[arg(long, value_name = "FILE.xlsx")]
    pub(super) workbook: Option<PathBuf>,
    /// Show the outcome alone, in ten lines at most
    /// · 只看审核结果，至多十行
    #[arg(long, conflicts_with_all = ["curve", "what_if"])]
    pub(super) brief: bool,
    /// Decide it also with a fact changed, by its name or title, and compare; `FACT=` takes the fact away; may be given again
    /// · 某项事实若不同，结果如何：再审核一次并对比；事实可写标题，如 `住院天数=30`；`事实=` 表示去掉该事实；可写多次
    #[arg(long, value_name = "FACT=VALUE", value_parser = changed_fact, conflicts_with_all = ["curve", "certificate", "workbook"])]
    pub(super) what_if: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) policy: Policy,
    /// Show what is paid for every value of a number, all else as it is
    /// · 其他不变，应付额如何随此项数值变化
    #[arg(long, value_name = "FACT", conflicts_with = "hold")]
    pub(super) curve: Option<String>,
    /// Draw the curve too; overwrites the file
    /// · 另画曲线图；已有文件将被覆盖
    #[arg(long, value_name = "FILE", requires = "curve")]
    pub(super) svg: Option<PathBuf>,
}

fn changed_fact(text: &str) -> Result<(String, String), Form> {
    let form = Form { zh: "应写作 `事实=值`", en: "expected FACT=VALUE" };
    let (fact, value) = text.split_once('=').ok_or(form)?;
    Ok((fact.trim().to_owned(), value.trim().to_owned()))
}

/// Checks rule packs and proves their promises
/// · 检查规则包，证明其承诺
///
/// All problems are shown in one run, each with its place and with what to do. Exit 1 if there is one.
/// · 一次列出全部问题，各有位置和改法。有问题时退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu check\n  \
    huzhu check henan-accident\n  \
    huzhu check rules/henan-accident.toml\n  \
    huzhu check --format json")]
pub(super) struct Check {
    /// Plan ids, files or folders; none for all of the rules folder
    /// · 计划编号、文件或目录；不写则为规则目录中的全部
    #[arg(value_name = "PACK")]
    pub(super) packs: Vec<String>,
}

/// Runs the worked cases beside the packs
/// · 运行规则包旁的算例
///
/// Each row of a `.cases.toml` file is decided and compared with what it expects. Exit 1 if one fails.
/// · `.cases.toml` 文件的每一行都加以审核，与所列的预期对比。有不符的，退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu test\n  \
    huzhu test henan-accident --verbose\n  \
    huzhu test rules/henan-accident.toml\n  \
    huzhu test --format json")]
pub(super) struct Test {
    /// Plan ids, files or folders; none for all of the rules folder
    /// · 计划编号、文件或目录；不写则为规则目录中的全部
    #[arg(value_name = "PACK")]
    pub(super) packs: Vec<String>,
    /// List every case under the rule that it shows
    /// · 在所属规则之下列出每个算例
    #[arg(long, short)]
    pub(super) verbose: bool,
}

/// How a member's claims are decided where the packs do not say, or whatever they say.
#[derive(Debug, Args)]
pub(super) struct Policy {
    /// Which of a member's claims is decided first: by the dates that its plan goes by, whenever it was received (`by-event`), or in the order of
    /// the rows or the case's history, so that what is decided stays (`as-received`)
    /// · 同一会员的理赔先审核哪一件：按计划规定的日期，不论何时收到（`by-event`）；或按表中各行、既往理赔所列的先后，已审核的不再变（`as-received`）
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Sequence::ByEvent)]
    order: Sequence,
    /// Pend claims whatever the packs say: those whose outcome hangs on an earlier claim that is open (`open-claims`, as where WHAT is left
    /// out), those whose bill may have come before (`duplicates`)
    /// · 不论规则包如何写，下列申请一律暂缓：结果取决于未结的既往理赔的（`open-claims`，不写何种时即此），票据可能已理赔过的（`duplicates`）
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', num_args = 0..=1, require_equals = true, default_missing_value = "open-claims")]
    hold: Vec<Held>,
}

/// The order of a member's claims by an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Sequence {
    ByEvent,
    AsReceived,
}

impl Sequence {
    pub(super) const fn order(self) -> Order {
        match self {
            Sequence::ByEvent => Order::ByEvent,
            Sequence::AsReceived => Order::AsReceived,
        }
    }
}

/// What pends claims by an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Held {
    OpenClaims,
    Duplicates,
}

impl Policy {
    /// The plans, to decide so.
    pub(super) fn of(&self, catalog: Catalog) -> Catalog {
        let catalog = catalog.in_order(self.order.order());
        self.hold.iter().fold(catalog, |catalog, what| match what {
            Held::OpenClaims => catalog.holding(Hold::OpenClaims),
            Held::Duplicates => catalog.holding(Hold::Duplicates),
        })
    }
}

/// Checks certificates without the engine
/// · 独立查验凭证，不依赖审核程序
///
/// Each file is a certificate, or a batch of many. Every step is worked out again from the facts that it states, by a checker that shares no code with
/// the engine; exit 1 if anything does not hold. `huzhu check --format json` gives the digest of a pack's program.
/// · 每个文件是一份凭证，或一整批凭证。每一步都按凭证所载的事实重新算过，查验程序与审核程序没有共用的代码；有任何不符，退出码为 1。规则包的程序摘要见 `huzhu check --format json`。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu adjudicate rules/cases/zhao.json --certificate zhao.certificate.json\n  \
    huzhu verify zhao.certificate.json\n  \
    huzhu verify zhao.certificate.json --lang zh\n  \
    huzhu verify zhao.certificate.json --format json\n  \
    huzhu verify - < zhao.certificate.json\n  \
    huzhu check henan-accident --format json | grep '\"program\"'\n\n\
    The last prints the digest to give with --program. · 最后一条命令输出供 --program 使用的摘要。")]
pub(super) struct Verify {
    /// Certificates and batches; `-` reads standard input
    /// · 凭证或整批凭证；`-` 表示标准输入
    #[arg(value_name = "CERTIFICATE", required = true)]
    pub(super) certificates: Vec<PathBuf>,
    /// Hold only under this program, by its digest; several may be given
    /// · 只认此程序，以摘要指明；可写多次
    #[arg(long = "program", value_name = "DIGEST", value_parser = digest)]
    pub(super) programs: Vec<String>,
    /// Hold only under this root of a batch; several may be given
    /// · 只认此根的批次；可写多次
    #[arg(long = "root", value_name = "ROOT", value_parser = digest)]
    pub(super) roots: Vec<String>,
}

/// Takes one claim's certificate out of a batch of many
/// · 从整批凭证中取出一份
///
/// It comes with its program and with the proof that it is in the batch, so that it can be checked without any other claim's data.
/// · 取出的凭证附有程序和属于该批的证明，查验时不需要其他申请的数据。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o day.csv --certificates\n  \
    huzhu extract day.certificates.jsonl zhao-2025-01 -o zhao.json\n  \
    huzhu extract day.certificates.jsonl zhao-2025-01 | huzhu verify -")]
pub(super) struct Extract {
    /// The certificates that `huzhu batch` has written; `-` reads standard input
    /// · `huzhu batch` 所写的凭证；`-` 表示标准输入
    #[arg(value_name = "BATCH")]
    pub(super) batch: PathBuf,
    /// The claim's id
    /// · 理赔编号
    #[arg(value_name = "CLAIM")]
    pub(super) claim: String,
    /// The claim's enrollment, where claims of several members share an id
    /// · 参保编号；不同会员的申请编号相同时须写
    #[arg(long, short, value_name = "ID")]
    pub(super) enrollment: Option<String>,
    /// Write it to this file, which is overwritten [default: standard output]
    /// · 写到此文件，已有文件将被覆盖 [默认：标准输出]
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// The form that a value must have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en)
    }
}

impl std::error::Error for Form {}

/// A digest as certificates write it.
fn digest(text: &str) -> Result<String, Form> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_digest = text.len() == 64 && text.bytes().all(is_digit);
    is_digest
        .then(|| text.to_owned())
        .ok_or(Form { zh: "应为 64 位小写十六进制数字", en: "64 hexadecimal digits in lower case" })
}

/// Prints the JSON Schema of rule packs, or of case files
/// · 输出规则包或理赔文件的格式定义（JSON Schema）
///
/// Editors complete and check a pack by it: save it beside the packs and write `#:schema ./pack.schema.json` as a pack's first line.
/// · 编辑器凭此补全和检查规则包：存于规则包旁，并在规则包第一行写 `#:schema ./pack.schema.json`。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu schema\n  \
    huzhu schema --case\n  \
    huzhu schema > rules/pack.schema.json")]
pub(super) struct Schema {
    /// The schema of case files, with all standard facts
    /// · 理赔文件的格式，含全部标准事实
    #[arg(long)]
    pub(super) case: bool,
}

/// Explains the code of a diagnostic or of a reason
/// · 解释代码
///
/// A code is one of the engine's, or the id of a condition of a pack in the rules folder; reasons, notices and causes may also be given in the words
/// in which results show them. Without a code, all of the engine's are listed.
/// · 代码为程序自带的，或规则目录中某条件的编号；理由、提示和原因也可照结果中的文字写，如 `缺少事实`。不写代码则列出程序自带的全部代码。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu explain\n  \
    huzhu explain missing-fact\n  \
    huzhu explain 缺少事实 --lang zh\n  \
    huzhu explain limit-reached --lang zh\n  \
    huzhu explain age-at-enrolment --plan henan-accident")]
pub(super) struct Explain {
    /// The code, or what results call it
    /// · 代码，或结果中的文字
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
    /// Of a condition: only what this plan says
    /// · 条件：只看这一计划
    #[arg(long, value_name = "PLAN", requires = "code")]
    pub(super) plan: Option<String>,
}

/// Writes a new rule pack that works, with its cases
/// · 新建一份可用的规则包，附算例
///
/// Writes PLAN-ID.toml and PLAN-ID.cases.toml into the rules folder: a small accident plan, ready to be changed clause by clause. With `--from`,
/// a plan that comes with the program, in all its versions, under its own id or under a new one.
/// · 在规则目录中写出两个文件：规则包和算例。内容是一个小型意外计划，供对照条款逐条修改。用 `--from` 则复制随程序附带的计划的全部版本，编号可不变，也可另取。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu init my-plan\n  \
    huzhu init my-plan --force\n  \
    huzhu init first-plan --rules new-rules\n  \
    huzhu init --from henan-accident --rules copied\n  \
    huzhu init our-accident --from henan-accident --rules copied")]
pub(super) struct Init {
    /// The new plan's id: lower case letters, digits and hyphens
    /// · 新计划的编号：小写字母、数字和连字符
    #[arg(value_name = "PLAN-ID", required_unless_present = "from")]
    pub(super) plan: Option<String>,
    /// Copy a plan that comes with the program
    /// · 复制随程序附带的计划
    #[arg(long, value_name = "PLAN")]
    pub(super) from: Option<String>,
    /// Overwrite files that are there
    /// · 覆盖已有的文件
    #[arg(long)]
    pub(super) force: bool,
}

/// Prints completions for a shell
/// · 输出命令补全脚本
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu completions bash > huzhu.bash\n  \
    huzhu completions zsh > _huzhu")]
pub(super) struct Completions {
    /// The shell
    /// · 命令行环境
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

/// Prints the man page of the program or of a command
/// · 输出程序或某命令的手册页
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu man > huzhu.1\n  \
    huzhu man adjudicate > huzhu-adjudicate.1")]
pub(super) struct Man {
    /// The command
    /// · 命令
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

/// Prints the help of the program or of a command
/// · 显示程序或某命令的用法
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu help\n  \
    huzhu help batch")]
pub(super) struct Help {
    /// The command
    /// · 命令
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

/// The common options and the environment, put together.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) rules: PathBuf,
    /// Whether an option names the rules folder.
    pub(super) names_rules: bool,
    pub(super) format: Format,
    pub(super) language: Language,
    pub(super) results: Look,
    pub(super) remarks: Look,
}

impl Common {
    /// The language that an option names, else that of the environment.
    pub(super) fn language(&self) -> Language {
        self.tongue().unwrap_or_else(language_of_the_environment)
    }

    fn tongue(&self) -> Option<Language> {
        self.lang.map(|tongue| match tongue {
            Tongue::Zh => Language::Zh,
            Tongue::En => Language::En,
        })
    }

    pub(super) fn setting(self, home: &Home) -> Setting {
        let language = self.tongue().or(home.language).unwrap_or_else(language_of_the_environment);
        let styled = |chosen: anstream::ColorChoice| match self.color {
            Colour::Auto => chosen != anstream::ColorChoice::Never,
            Colour::Always => true,
            Colour::Never => false,
        };
        Setting {
            names_rules: self.rules.is_some(),
            rules: self.rules.unwrap_or_else(|| home.rules()),
            format: self.format,
            language,
            results: Look { is_styled: styled(AutoStream::choice(&io::stdout())), width: width_of_the_terminal() },
            remarks: Look { is_styled: styled(AutoStream::choice(&io::stderr())), width: USUAL_WIDTH },
        }
    }
}

pub(super) fn language_of_the_environment() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(value) if value.to_ascii_lowercase().starts_with("zh") => Language::Zh,
        Some(_) | None => Language::En,
    }
}

pub(super) fn width_of_the_terminal() -> usize {
    let size = if io::stdout().is_terminal() { terminal_size::terminal_size_of(io::stdout()) } else { None };
    size.map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0).clamp(NARROWEST, WIDEST))
}
