//! The options of the commands for settlement records and the ledger.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use clap::{Args, ValueEnum};

use super::{Form, Sequence};

/// Settlement records in, payouts out, without an application
/// · 按医保结算记录审核给付，会员不用申请
///
/// Reads the settlement records of basic insurance (`.jsonl`, or the tables that `huzhu batch` reads), finds each member's covers on the day, decides, and books in a ledger what is due. Records that cannot be read, say something
/// else than before, or have no cover are set aside with the reason and stop nothing. The same file twice changes nothing; refunds, and records that come late, are booked as the difference. Exit 1 if a record is broken.
/// · 读入基本医保的结算记录（`.jsonl`，或 `huzhu batch` 所读的表），按会员和日期找到参保记录，审核，把应付额记入账本。读不懂、与先前不同或没有参保的记录写入退回文件并注明原因，其余照常。同一文件送两次不会重复入账；退费和迟到的记录只入差额。有记录读不懂或对不上的，退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu settle --print-mapping\n  \
    huzhu demo city\n  \
    huzhu settle --feed city/monday.jsonl -e city/covers.csv -o monday.csv\n  \
    huzhu settle --feed city/monday.jsonl -e city/covers.csv --preview\n  \
    huzhu settle --feed city/monday.jsonl -e city/covers.csv -o booked.csv --ledger sqlite:ledger.db")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(in crate::cli) struct Settle {
    /// The settlement records, by the platform's field names
    /// · 结算记录，字段名同医保信息平台
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(in crate::cli) feed: Vec<PathBuf>,
    /// The enrollments, as `huzhu batch` reads them
    /// · 参保记录，同 `huzhu batch`
    #[arg(long, short, value_name = "FILE", required = true)]
    pub(in crate::cli) enrollments: Option<PathBuf>,
    /// The results, a row for each claim of the feed, and for each other that is decided otherwise now
    /// · 审核结果，所送各件及审核结果有变的各件，每件一行
    #[arg(long, short, value_name = "FILE", required_unless_present = "preview")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// The ledger, `sqlite:FILE`; made if it is not there [default: none is kept]
    /// · 账本，写作 `sqlite:文件`；没有则新建 [默认：不留账本]
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) ledger: Option<Place>,
    /// How fields become facts, if not as `--print-mapping` shows
    /// · 字段如何对应为事实 [默认：如 `--print-mapping` 所示]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) mapping: Option<PathBuf>,
    /// The records that are not decided, with the reason [default: beside the results, ending in `.rejects.csv`]
    /// · 不审核的记录及原因 [默认：在审核结果旁，以 `.rejects.csv` 结尾]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) rejects: Option<PathBuf>,
    /// Who of the feed is not paid, and for want of what: a cover, a fact, the end of the waiting period, time to report it
    /// · 所送各件中未给付的及其所缺：没有参保、缺少事实、等待期未满、已过申请期限
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) missed: Option<PathBuf>,
    /// Keep what stands for the certificate of each decision in the ledger; it takes longer. `huzhu ledger certificate` writes one
    /// · 在账本中留存每件审核结果的凭证摘要，耗时较长；`huzhu ledger certificate` 写出凭证
    #[arg(long, requires = "ledger")]
    pub(in crate::cli) certify: bool,
    /// Which of a member's claims is decided first: by the dates that its plan goes by, whenever it was received (`by-event`), or in the order in which records were received,
    /// so that what is decided stays (`as-received`); a ledger has one for good
    /// · 同一会员的理赔先审核哪一件：按计划规定的日期，不论何时收到（`by-event`）；或按收到的先后，已审核的不再变（`as-received`）；一个账本只用一种
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Sequence::ByEvent)]
    pub(in crate::cli) order: Sequence,
    /// The claims that the other order would pay otherwise, of all members of the feed
    /// · 所涉会员按另一种先后审核时应付额不同的各件
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) other_order: Option<PathBuf>,
    /// Print what would change for each member; write and book nothing
    /// · 打印各会员的应付额会怎样变更，不写文件，也不入账
    #[arg(long, conflicts_with_all = ["out", "rejects", "missed", "other_order", "force", "certify"])]
    pub(in crate::cli) preview: bool,
    /// Overwrite results that are there
    /// · 覆盖已有的结果文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Print the mapping that is used where no other is named, to be edited
    /// · 打印默认的对应表，可改后使用
    #[arg(long, exclusive = true)]
    pub(in crate::cli) print_mapping: bool,
}

/// Writes a small city to try it with
/// · 写出一个小城的数据，供试用
///
/// Covers, and two days of settlement records with a refund, a late and a broken one; all made up. What to run next is printed.
/// · 参保记录和两天的结算记录，其中有退费、迟到和读不懂的各一条；全部为编造。接着要运行的命令随即打印出来。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu demo town\n  \
    huzhu settle --feed town/monday.jsonl -e town/covers.csv -o town/monday.csv")]
pub(in crate::cli) struct Demo {
    /// The folder to write to; made if it is not there
    /// · 写入的目录；没有则新建
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: PathBuf,
    /// Overwrite files that are there
    /// · 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// Checks and reads a ledger, pays from it and closes it
/// · 查验、查看账本，付款和结账
///
/// `check` proves the whole file: every entry sums to zero, what is booked for a claim is what its newest decision says, nothing was changed or removed, and closings are as they were. `balance` lists the accounts, `statement` what was
/// posted for a member, `export` writes all entries as a table. `close` puts the entries up to a day or a number under one root. `pay` writes all that is due as one run of payments and books it as sent; `confirm` books what the bank
/// says of them. `certificate` writes the certificate of a claim, worked out from what the ledger has. Exit 1 if something is not in order.
/// · `check` 查验整本账：每笔分录借贷相等，每件理赔入账的就是最新的审核结果，没有改动或缺失，结账与当时相同。`balance` 列出各账户的金额，`statement` 列出一位会员的明细，`export` 把全部分录写成表。`close` 结账：为截至某日或某笔的分录算出一个根。`pay` 把全部应付写成一批付款并记为已送出，`confirm` 记入银行的回执。`certificate` 据账本所存写出一件理赔的凭证。账本或回执有误的，退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu ledger check --ledger sqlite:ledger.db\n  \
    huzhu ledger balance --ledger sqlite:ledger.db\n  \
    huzhu ledger statement MADE-UP-M1 --ledger sqlite:ledger.db\n  \
    huzhu ledger export --ledger sqlite:ledger.db --out entries.csv\n  \
    huzhu ledger pay --ledger sqlite:ledger.db --out payments.csv\n  \
    huzhu ledger confirm payments.csv --ledger sqlite:ledger.db\n  \
    huzhu ledger certificate MADE-UP-S1/MADE-UP-E1 --ledger sqlite:ledger.db -o S1.json\n  \
    huzhu ledger close --through 2025-12-31 --ledger sqlite:ledger.db --out closing.jsonl\n  \
    huzhu ledger check --closing closing.jsonl --ledger sqlite:ledger.db")]
pub(in crate::cli) struct Ledger {
    /// What is asked
    /// · 操作：`check` 查验，`balance` 各账户，`statement` 明细，`export` 导出，`close` 结账，`pay` 付款，`confirm` 回执，`certificate` 凭证
    #[arg(value_enum, value_name = "QUESTION")]
    pub(in crate::cli) asked: Asked,
    /// The member whose statement is asked for; the file of the bank's answers; the claim whose certificate is asked for
    /// · 要看明细的会员编号；银行的回执文件；要写凭证的理赔编号
    #[arg(value_name = "MEMBER|CLAIM|FILE", required_if_eq_any([("asked", "statement"), ("asked", "confirm"), ("asked", "certificate")]))]
    pub(in crate::cli) what: Option<String>,
    /// The ledger, `sqlite:FILE`
    /// · 账本，写作 `sqlite:文件`
    #[arg(long = "ledger", value_name = "PLACE")]
    pub(in crate::cli) place: Place,
    /// The file to write: of `export` and `pay` `.csv`, `.xlsx`, `.jsonl` or `.parquet`
    /// · 写出的文件；`export` 和 `pay` 以 `.csv`、`.xlsx`、`.jsonl` 或 `.parquet` 结尾
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Close the entries up to this day, or up to this number
    /// · 结账到这一天，或这一笔分录
    #[arg(long, value_name = "DATE|ENTRY")]
    pub(in crate::cli) through: Option<Until>,
    /// The day that payments or answers are booked for [default: today]
    /// · 付款或回执入账的日期 [默认：今天]
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) on: Option<Day>,
    /// Write the payments of this run again; nothing is booked
    /// · 再次写出这一批付款，不入账
    #[arg(long, value_name = "NUMBER")]
    pub(in crate::cli) run: Option<i64>,
    /// Files of closings to be checked against the ledger
    /// · 与账本一同查验的结账文件
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(in crate::cli) closing: Vec<PathBuf>,
    /// How fields become facts, as it was when the claim was decided [default: as `huzhu settle --print-mapping` shows]
    /// · 字段如何对应为事实，与审核时相同 [默认：如 `huzhu settle --print-mapping` 所示]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) mapping: Option<PathBuf>,
    /// Overwrite a file that is there
    /// · 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// What a ledger is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Asked {
    Check,
    Balance,
    Statement,
    Export,
    Close,
    Pay,
    Confirm,
    Certificate,
}

/// A day of the calendar, as year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Day(pub(in crate::cli) NaiveDate);

impl Day {
    fn of(text: &str) -> Option<Day> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        day.filter(|day| (1..=9999).contains(&day.year())).map(Day)
    }
}

impl FromStr for Day {
    type Err = Form;

    fn from_str(text: &str) -> Result<Day, Form> {
        Day::of(text).ok_or(Form { zh: "应为日期，如 2025-12-31", en: "a date such as 2025-12-31" })
    }
}

/// Up to where a ledger is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Until {
    Day(String),
    Entry(i64),
}

impl FromStr for Until {
    type Err = Form;

    fn from_str(text: &str) -> Result<Until, Form> {
        let form = Form {
            zh: "应为日期（如 2025-12-31）或分录编号",
            en: "a date such as 2025-12-31, or the number of an entry",
        };
        let day = Day::of(text).map(|Day(day)| Until::Day(day.to_string()));
        day.or_else(|| text.parse().ok().filter(|entry| *entry > 0).map(Until::Entry)).ok_or(form)
    }
}

/// Where a ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Place(pub(in crate::cli) PathBuf);

impl FromStr for Place {
    type Err = Form;

    fn from_str(text: &str) -> Result<Place, Form> {
        let path = text.strip_prefix("sqlite:").filter(|path| !path.is_empty());
        let form = Form { zh: "应写作 `sqlite:文件`", en: "`sqlite:` and the name of a file" };
        path.map(|path| Place(PathBuf::from(path))).ok_or(form)
    }
}
