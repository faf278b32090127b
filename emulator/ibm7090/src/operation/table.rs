//! The rows of the operation table, in the order of the manual's chapters.
//!
//! Cycles are the least an instruction takes; one cycle is 2.18 us. `XI` marks an operation that
//! takes a tag and an indirect flag, `X` a tag only, `N` neither.
//!
//! Source: A22-6528. Codes of the direct-data and diagnostic families: one source only.

use super::{Format, MINUS, Method, Operation};

type Modify = (bool, bool);
const XI: Modify = (true, true);
const X: Modify = (true, false);
const N: Modify = (false, false);

const LOAD: &str = "A22-6528, load and store operations";
const FIXED: &str = "A22-6528, fixed-point operations";
const FLOAT: &str = "A22-6528, floating-point operations";
const LOGIC: &str = "A22-6528, logical operations";
const SHIFT: &str = "A22-6528, shifting operations";
const INDEX: &str = "A22-6528, indexing operations";
const CONTROL: &str = "A22-6528, control operations";
const TEST: &str = "A22-6528, test operations";
const SENSE: &str = "A22-6528, sense indicator operations";
const CONVERT: &str = "A22-6528, convert operations";
const TRAP: &str = "A22-6528, trapping and compatibility operations";
const IO: &str = "A22-6528, input-output operations";

const fn row(mnemonic: &'static str, code: u16, format: Format, modify: Modify, cycles: u8, execute: Method, reference: &'static str) -> Operation {
    Operation { mnemonic, code, also: &[], format, indirectable: modify.1, indexable: modify.0, cycles, execute, channel: 0, reference }
}

const fn a(mnemonic: &'static str, prefix: u16, execute: Method) -> Operation {
    row(mnemonic, prefix << 9, Format::A, N, 2, execute, INDEX)
}

const fn b(mnemonic: &'static str, code: u16, modify: Modify, cycles: u8, execute: Method, reference: &'static str) -> Operation {
    row(mnemonic, code, Format::B, modify, cycles, execute, reference)
}

const fn c(mnemonic: &'static str, code: u16, bits: u8, modify: Modify, cycles: u8, execute: Method, reference: &'static str) -> Operation {
    row(mnemonic, code, Format::C { bits }, modify, cycles, execute, reference)
}

const fn d(mnemonic: &'static str, code: u16, execute: Method) -> Operation {
    row(mnemonic, code, Format::D, N, 2, execute, SENSE)
}

const fn e(mnemonic: &'static str, code: u16, address: u16, last: u16, execute: Method, reference: &'static str) -> Operation {
    let numbers = if last == 0 { (0, 0) } else { (1, last) };
    row(mnemonic, code, Format::E { address, numbers }, X, 2, execute, reference)
}

const fn also(codes: &'static [u16], row: Operation) -> Operation {
    Operation { also: codes, ..row }
}

const PSE: u16 = 0o760;
const MSE: u16 = MINUS | 0o760;

const PLAIN: &[Operation] = &[
    // Load and store.
    b("CLA", 0o500, XI, 2, Method::Cla, LOAD),
    b("CAL", MINUS | 0o500, XI, 2, Method::Cal, LOAD),
    b("CLS", 0o502, XI, 2, Method::Cls, LOAD),
    b("LDQ", 0o560, XI, 2, Method::Ldq, LOAD),
    b("STO", 0o601, XI, 2, Method::Sto, LOAD),
    b("SLW", 0o602, XI, 2, Method::Slw, LOAD),
    b("STQ", MINUS | 0o600, XI, 2, Method::Stq, LOAD),
    b("STZ", 0o600, XI, 2, Method::Stz, LOAD),
    b("SLQ", MINUS | 0o620, XI, 2, Method::Slq, LOAD),
    b("STA", 0o621, XI, 2, Method::Sta, LOAD),
    b("STD", 0o622, XI, 2, Method::Std, LOAD),
    b("STT", 0o625, XI, 2, Method::Stt, LOAD),
    b("STP", 0o630, XI, 2, Method::Stp, LOAD),
    b("STL", MINUS | 0o625, XI, 2, Method::Stl, LOAD),
    b("STI", 0o604, XI, 2, Method::Sti, LOAD),
    b("LDI", 0o441, XI, 2, Method::Ldi, LOAD),
    b("XCA", 0o131, N, 2, Method::Xca, LOAD),
    b("XCL", MINUS | 0o130, N, 2, Method::Xcl, LOAD),
    e("ENK", PSE, 0o4, 0, Method::Enk, LOAD),
    // Fixed point.
    b("ADD", 0o400, XI, 2, Method::Add, FIXED),
    b("ADM", 0o401, XI, 2, Method::Adm, FIXED),
    b("SUB", 0o402, XI, 2, Method::Sub, FIXED),
    b("SBM", MINUS | 0o400, XI, 2, Method::Sbm, FIXED),
    b("ACL", 0o361, XI, 2, Method::Acl, FIXED),
    b("MPY", 0o200, XI, 2, Method::Mpy, FIXED),
    b("MPR", MINUS | 0o200, XI, 2, Method::Mpr, FIXED),
    also(&[0o205], c("VLM", 0o204, 6, X, 2, Method::Vlm, FIXED)),
    b("DVH", 0o220, XI, 3, Method::Dvh, FIXED),
    b("DVP", 0o221, XI, 3, Method::Dvp, FIXED),
    also(&[0o226], c("VDH", 0o224, 6, X, 3, Method::Vdh, FIXED)),
    also(&[0o227], c("VDP", 0o225, 6, X, 3, Method::Vdp, FIXED)),
    e("RND", PSE, 0o10, 0, Method::Rnd, FIXED),
    e("CHS", PSE, 0o2, 0, Method::Chs, FIXED),
    e("SSP", PSE, 0o3, 0, Method::Ssp, FIXED),
    e("SSM", MSE, 0o3, 0, Method::Ssm, FIXED),
    e("CLM", PSE, 0o0, 0, Method::Clm, FIXED),
    // Logic.
    b("ANA", MINUS | 0o320, XI, 3, Method::Ana, LOGIC),
    b("ANS", 0o320, XI, 4, Method::Ans, LOGIC),
    b("ORA", MINUS | 0o501, XI, 2, Method::Ora, LOGIC),
    b("ORS", MINUS | 0o602, XI, 2, Method::Ors, LOGIC),
    b("ERA", 0o322, XI, 3, Method::Era, LOGIC),
    e("COM", PSE, 0o6, 0, Method::Com, LOGIC),
    // Shift: the count is the effective address modulo 256.
    b("ALS", 0o767, X, 2, Method::Als, SHIFT),
    b("ARS", 0o771, X, 2, Method::Ars, SHIFT),
    b("LLS", 0o763, X, 2, Method::Lls, SHIFT),
    b("LRS", 0o765, X, 2, Method::Lrs, SHIFT),
    b("LGL", MINUS | 0o763, X, 2, Method::Lgl, SHIFT),
    b("LGR", MINUS | 0o765, X, 2, Method::Lgr, SHIFT),
    b("RQL", MINUS | 0o773, X, 2, Method::Rql, SHIFT),
    // Floating point.
    b("FAD", 0o300, XI, 6, Method::Fad, FLOAT),
    b("FSB", 0o302, XI, 6, Method::Fsb, FLOAT),
    b("FAM", 0o304, XI, 6, Method::Fam, FLOAT),
    b("FSM", 0o306, XI, 6, Method::Fsm, FLOAT),
    b("UFA", MINUS | 0o300, XI, 6, Method::Ufa, FLOAT),
    b("UFS", MINUS | 0o302, XI, 6, Method::Ufs, FLOAT),
    b("UAM", MINUS | 0o304, XI, 6, Method::Uam, FLOAT),
    b("USM", MINUS | 0o306, XI, 6, Method::Usm, FLOAT),
    b("FMP", 0o260, XI, 2, Method::Fmp, FLOAT),
    b("UFM", MINUS | 0o260, XI, 2, Method::Ufm, FLOAT),
    b("FDH", 0o240, XI, 3, Method::Fdh, FLOAT),
    b("FDP", 0o241, XI, 3, Method::Fdp, FLOAT),
    e("FRN", PSE, 0o11, 0, Method::Frn, FLOAT),
    // Indexing: the tag names the register operated on.
    b("LXA", 0o534, N, 2, Method::Lxa, INDEX),
    b("LXD", MINUS | 0o534, N, 2, Method::Lxd, INDEX),
    b("LAC", 0o535, N, 2, Method::Lac, INDEX),
    b("LDC", MINUS | 0o535, N, 2, Method::Ldc, INDEX),
    b("AXT", 0o774, N, 2, Method::Axt, INDEX),
    b("AXC", MINUS | 0o774, N, 2, Method::Axc, INDEX),
    b("PAX", 0o734, N, 2, Method::Pax, INDEX),
    b("PDX", MINUS | 0o734, N, 2, Method::Pdx, INDEX),
    b("PAC", 0o737, N, 2, Method::Pac, INDEX),
    b("PDC", MINUS | 0o737, N, 2, Method::Pdc, INDEX),
    b("PXA", 0o754, N, 2, Method::Pxa, INDEX),
    b("PXD", MINUS | 0o754, N, 2, Method::Pxd, INDEX),
    b("SXA", 0o634, N, 2, Method::Sxa, INDEX),
    b("SXD", MINUS | 0o634, N, 2, Method::Sxd, INDEX),
    a("TXI", 1, Method::Txi),
    a("TIX", 2, Method::Tix),
    a("TXH", 3, Method::Txh),
    a("STR", 5, Method::Str),
    a("TNX", 6, Method::Tnx),
    a("TXL", 7, Method::Txl),
    // Transfer and control.
    also(&[MINUS | 0o20], b("TRA", 0o20, XI, 1, Method::Tra, CONTROL)),
    b("TTR", 0o21, XI, 1, Method::Ttr, CONTROL),
    b("TZE", 0o100, XI, 1, Method::Tze, CONTROL),
    b("TNZ", MINUS | 0o100, XI, 1, Method::Tnz, CONTROL),
    b("TPL", 0o120, XI, 1, Method::Tpl, CONTROL),
    b("TMI", MINUS | 0o120, XI, 1, Method::Tmi, CONTROL),
    b("TOV", 0o140, XI, 1, Method::Tov, CONTROL),
    b("TNO", MINUS | 0o140, XI, 1, Method::Tno, CONTROL),
    b("TQO", 0o161, XI, 1, Method::Tqo, CONTROL),
    b("TQP", 0o162, XI, 1, Method::Tqp, CONTROL),
    b("TLQ", 0o40, XI, 2, Method::Tlq, CONTROL),
    b("TSX", 0o74, N, 2, Method::Tsx, CONTROL),
    b("TIO", 0o42, XI, 2, Method::Tio, SENSE),
    b("TIF", 0o46, XI, 2, Method::Tif, SENSE),
    b("XEC", 0o522, XI, 1, Method::Xec, CONTROL),
    b("NOP", 0o761, X, 2, Method::Nop, CONTROL),
    also(&[MINUS], b("HTR", 0o0, XI, 2, Method::Htr, CONTROL)),
    b("HPR", 0o420, X, 2, Method::Hpr, CONTROL),
    // Skips.
    b("CAS", 0o340, XI, 3, Method::Cas, TEST),
    b("LAS", MINUS | 0o340, XI, 3, Method::Las, TEST),
    b("ZET", 0o520, XI, 2, Method::Zet, TEST),
    b("NZT", MINUS | 0o520, XI, 2, Method::Nzt, TEST),
    e("LBT", PSE, 0o1, 0, Method::Lbt, TEST),
    e("PBT", MSE, 0o1, 0, Method::Pbt, TEST),
    e("DCT", PSE, 0o12, 0, Method::Dct, TEST),
    e("IOT", PSE, 0o5, 0, Method::Iot, TEST),
    e("RTT", MSE, 0o12, 0, Method::Rtt, TRAP),
    e("SWT", PSE, 0o160, 6, Method::Swt, TEST),
    e("SLF", PSE, 0o140, 0, Method::Slf, TEST),
    e("SLN", PSE, 0o140, 4, Method::Sln, TEST),
    e("SLT", MSE, 0o140, 4, Method::Slt, TEST),
    // Sense indicators.
    b("PAI", 0o44, N, 2, Method::Pai, SENSE),
    b("PIA", MINUS | 0o46, N, 2, Method::Pia, SENSE),
    b("OAI", 0o43, N, 2, Method::Oai, SENSE),
    b("OSI", 0o442, XI, 2, Method::Osi, SENSE),
    b("RIA", MINUS | 0o42, N, 2, Method::Ria, SENSE),
    b("RIS", 0o445, XI, 2, Method::Ris, SENSE),
    b("IIA", 0o41, N, 2, Method::Iia, SENSE),
    b("IIS", 0o440, XI, 2, Method::Iis, SENSE),
    d("SIL", MINUS | 0o55, Method::Sil),
    d("RIL", MINUS | 0o57, Method::Ril),
    d("IIL", MINUS | 0o51, Method::Iil),
    d("SIR", 0o55, Method::Sir),
    d("RIR", 0o57, Method::Rir),
    d("IIR", 0o51, Method::Iir),
    d("LFT", MINUS | 0o54, Method::Lft),
    d("RFT", 0o54, Method::Rft),
    d("LNT", MINUS | 0o56, Method::Lnt),
    d("RNT", 0o56, Method::Rnt),
    b("OFT", 0o444, XI, 2, Method::Oft, SENSE),
    b("ONT", 0o446, XI, 2, Method::Ont, SENSE),
    // Convert: tag bit 20 asks for index register A to be loaded.
    c("CVR", 0o114, 8, N, 2, Method::Cvr, CONVERT),
    c("CRQ", MINUS | 0o154, 8, N, 2, Method::Crq, CONVERT),
    c("CAQ", MINUS | 0o114, 8, N, 2, Method::Caq, CONVERT),
    // Modes and traps.
    e("ETM", PSE, 0o7, 0, Method::Etm, TRAP),
    e("LTM", MSE, 0o7, 0, Method::Ltm, TRAP),
    e("EFTM", MSE, 0o2, 0, Method::Eftm, TRAP),
    e("LFTM", MSE, 0o4, 0, Method::Lftm, TRAP),
    e("ESTM", MSE, 0o5, 0, Method::Estm, TRAP),
    e("ECTM", MSE, 0o6, 0, Method::Ectm, TRAP),
    b("ESNT", MINUS | 0o21, XI, 1, Method::Esnt, TRAP),
    e("LSNM", MSE, 0o10, 0, Method::Lsnm, TRAP),
    b("ENB", 0o564, XI, 2, Method::Enb, TRAP),
    e("RCT", PSE, 0o14, 0, Method::Rct, TRAP),
    // Copy operations of the 704: only trapped here.
    b("CPY", 0o700, X, 2, Method::Cpy, TRAP),
    b("CAD", MINUS | 0o700, X, 2, Method::Cad, TRAP),
    b("LDA", 0o460, X, 2, Method::Lda, TRAP),
    // The groups themselves, for addresses that have no name of their own.
    b("PSE", PSE, X, 2, Method::Pse, CONTROL),
    b("MSE", MSE, X, 2, Method::Mse, CONTROL),
    b("RDS", 0o762, X, 2, Method::Rds, IO),
    b("WRS", 0o766, X, 2, Method::Wrs, IO),
    b("BSR", 0o764, X, 2, Method::Bsr, IO),
    b("BSF", MINUS | 0o764, X, 2, Method::Bsf, IO),
    b("WEF", 0o770, X, 2, Method::Wef, IO),
    b("REW", 0o772, X, 2, Method::Rew, IO),
    b("RUN", MINUS | 0o772, X, 2, Method::Run, IO),
    b("SDN", 0o776, X, 2, Method::Sdn, IO),
];

/// How the code of a family varies with the channel.
enum Pattern {
    /// +n, -n, +(n+1), -(n+1), ... for channels A, B, C, D, ...
    Pairs(u16),
    /// n, n+1, ... for channels A, B, ...
    Row(u16),
    /// The codes one by one.
    Listed([u16; 8]),
    /// One operation; the channel is in the address: channel A is 1000, H is 10000. The last
    /// number of the operand, if it takes one, follows.
    Address(u16, u16, u16),
}

struct Family { names: &'static str, pattern: Pattern, cycles: u8, execute: Method }

const fn f(names: &'static str, pattern: Pattern, cycles: u8, execute: Method) -> Family {
    Family { names, pattern, cycles, execute }
}

const FAMILIES: &[Family] = &[
    f("RCHA RCHB RCHC RCHD RCHE RCHF RCHG RCHH", Pattern::Pairs(0o540), 2, Method::Rch),
    f("LCHA LCHB LCHC LCHD LCHE LCHF LCHG LCHH", Pattern::Pairs(0o544), 2, Method::Lch),
    f("SCHA SCHB SCHC SCHD SCHE SCHF SCHG SCHH", Pattern::Pairs(0o640), 2, Method::Sch),
    f("SCDA SCDB SCDC SCDD SCDE SCDF SCDG SCDH", Pattern::Pairs(0o644), 2, Method::Scd),
    f("SSLA SSLB SSLC SSLD SSLE SSLF SSLG SSLH", Pattern::Pairs(0o660), 2, Method::Ssl),
    f("PSLA PSLB PSLC PSLD PSLE PSLF PSLG PSLH", Pattern::Pairs(0o664), 2, Method::Psl),
    f("TCOA TCOB TCOC TCOD TCOE TCOF TCOG TCOH", Pattern::Row(0o60), 1, Method::Tco),
    f("TCNA TCNB TCNC TCND TCNE TCNF TCNG TCNH", Pattern::Row(MINUS | 0o60), 1, Method::Tcn),
    f("TRCA TRCB TRCC TRCD TRCE TRCF TRCG TRCH",
        Pattern::Listed([0o22, MINUS | 0o22, 0o24, MINUS | 0o24, 0o26, MINUS | 0o26, 0o27, MINUS | 0o27]), 2, Method::Trc),
    f("TEFA TEFB TEFC TEFD TEFE TEFF TEFG TEFH",
        Pattern::Listed([0o30, MINUS | 0o30, 0o31, MINUS | 0o31, 0o32, MINUS | 0o32, 0o33, MINUS | 0o33]), 2, Method::Tef),
    f("BTTA BTTB BTTC BTTD BTTE BTTF BTTG BTTH", Pattern::Address(PSE, 0o0, 0), 2, Method::Btt),
    f("ETTA ETTB ETTC ETTD ETTE ETTF ETTG ETTH", Pattern::Address(MSE, 0o0, 0), 2, Method::Ett),
    f("SPUA SPUB SPUC SPUD SPUE SPUF SPUG SPUH", Pattern::Address(PSE, 0o340, 2), 2, Method::Spu),
    f("SPTA SPTB SPTC SPTD SPTE SPTF SPTG SPTH", Pattern::Address(PSE, 0o360, 0), 2, Method::Spt),
    f("SPRA SPRB SPRC SPRD SPRE SPRF SPRG SPRH", Pattern::Address(PSE, 0o360, 10), 2, Method::Spr),
    f("RDCA RDCB RDCC RDCD RDCE RDCF RDCG RDCH", Pattern::Address(PSE, 0o352, 0), 2, Method::Rdc),
    f("RICA RICB RICC RICD RICE RICF RICG RICH", Pattern::Address(PSE, 0o350, 0), 2, Method::Ric),
    f("RTDA RTDB RTDC RTDD RTDE RTDF RTDG RTDH", Pattern::Address(0o762, 0o200, 10), 2, Method::Rds),
    f("RTBA RTBB RTBC RTBD RTBE RTBF RTBG RTBH", Pattern::Address(0o762, 0o220, 10), 2, Method::Rds),
    f("RCDA RCDB RCDC RCDD RCDE RCDF RCDG RCDH", Pattern::Address(0o762, 0o321, 0), 2, Method::Rds),
    f("RPRA RPRB RPRC RPRD RPRE RPRF RPRG RPRH", Pattern::Address(0o762, 0o361, 0), 2, Method::Rds),
    f("WTDA WTDB WTDC WTDD WTDE WTDF WTDG WTDH", Pattern::Address(0o766, 0o200, 10), 2, Method::Wrs),
    f("WTBA WTBB WTBC WTBD WTBE WTBF WTBG WTBH", Pattern::Address(0o766, 0o220, 10), 2, Method::Wrs),
    f("WPUA WPUB WPUC WPUD WPUE WPUF WPUG WPUH", Pattern::Address(0o766, 0o341, 0), 2, Method::Wrs),
    f("WPDA WPDB WPDC WPDD WPDE WPDF WPDG WPDH", Pattern::Address(0o766, 0o361, 0), 2, Method::Wrs),
    f("WPBA WPBB WPBC WPBD WPBE WPBF WPBG WPBH", Pattern::Address(0o766, 0o362, 0), 2, Method::Wrs),
    f("BSRA BSRB BSRC BSRD BSRE BSRF BSRG BSRH", Pattern::Address(0o764, 0o200, 10), 2, Method::Bsr),
    f("BSFA BSFB BSFC BSFD BSFE BSFF BSFG BSFH", Pattern::Address(MINUS | 0o764, 0o200, 10), 2, Method::Bsf),
    f("WEFA WEFB WEFC WEFD WEFE WEFF WEFG WEFH", Pattern::Address(0o770, 0o200, 10), 2, Method::Wef),
    f("REWA REWB REWC REWD REWE REWF REWG REWH", Pattern::Address(0o772, 0o200, 10), 2, Method::Rew),
    f("RUNA RUNB RUNC RUND RUNE RUNF RUNG RUNH", Pattern::Address(MINUS | 0o772, 0o200, 10), 2, Method::Run),
    f("SDLA SDLB SDLC SDLD SDLE SDLF SDLG SDLH", Pattern::Address(0o776, 0o200, 10), 2, Method::Sdn),
    f("SDHA SDHB SDHC SDHD SDHE SDHF SDHG SDHH", Pattern::Address(0o776, 0o220, 10), 2, Method::Sdn),
];

/// Synonyms: (names, names meant), word for word.
const SYNONYMS: &[(&str, &str)] = &[
    ("RSCA RSCB RSCC RSCD RSCE RSCF RSCG RSCH", "RCHA RCHB RCHC RCHD RCHE RCHF RCHG RCHH"),
    ("STCA STCB STCC STCD STCE STCF STCG STCH", "LCHA LCHB LCHC LCHD LCHE LCHF LCHG LCHH"),
    ("BRA BRN NTR", "TXL TXH TXI"),
];

/// Plain rows, then every family member.
pub(super) fn rows() -> Vec<Operation> {
    let mut rows = PLAIN.to_vec();
    for family in FAMILIES {
        for (channel, mnemonic) in family.names.split(' ').enumerate() {
            let n = channel as u16;
            let channel_row = |code| row(mnemonic, code, Format::B, XI, family.cycles, family.execute, IO);
            let member = match family.pattern {
                Pattern::Pairs(base) => channel_row((base + n / 2) | if n % 2 == 1 { MINUS } else { 0 }),
                Pattern::Row(base) => channel_row(base + n),
                Pattern::Listed(codes) => channel_row(codes[channel]),
                Pattern::Address(code, unit, last) => {
                    let address = ((n + 1) << 9) + unit;
                    let numbers = if last == 0 { (0, 0) } else { (1, last) };
                    let format = if code == PSE || code == MSE { Format::E { address, numbers } } else { Format::Select { address, numbers } };
                    row(mnemonic, code, format, X, family.cycles, family.execute, IO)
                }
            };
            rows.push(Operation { channel: channel as u8, ..member });
        }
    }
    rows
}

/// (synonym, mnemonic) pairs.
pub(super) fn synonyms() -> impl Iterator<Item = (&'static str, &'static str)> {
    SYNONYMS.iter().flat_map(|(left, right)| left.split(' ').zip(right.split(' ')))
}
