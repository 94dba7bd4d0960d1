//! Text that somebody may send who means no good, or whose language is seldom thought of.

/// Short texts, and longer ones that are made here.
pub(crate) fn texts() -> Vec<String> {
    let long = ["x", "é", "ñ", "ﷺ", "𝔘", "👨‍👩‍👧‍👦", "\u{301}", "한", " ", "%", "'", "\\", "\u{200b}"];
    let lengths = [49, 50, 51, 99, 100, 101, 10_000];
    let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    texts.extend(long.iter().flat_map(|text| lengths.map(|length| text.repeat(length))));
    // Each makes more or fewer characters of itself when it is composed.
    texts
        .extend(["e\u{301}", "\u{1d160}", "\u{958}", "\u{1100}\u{1161}\u{11a8}"].map(|text| text.repeat(25)));
    // One letter with all its marks.
    texts.push(format!("a{}", "\u{300}\u{316}\u{327}".repeat(16)));
    texts.extend(('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}').map(|control| format!("a{control}b")));
    texts.extend(BLANKS.iter().flat_map(|blank| [blank.to_string(), format!("{blank}a{blank}b{blank}")]));
    texts
}

/// Everything that Unicode calls white space, but for controls.
pub(crate) const BLANKS: [char; 19] = [
    ' ', '\u{a0}', '\u{1680}', '\u{2000}', '\u{2001}', '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}',
    '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}', '\u{200a}', '\u{2028}', '\u{2029}', '\u{202f}',
    '\u{205f}', '\u{3000}',
];

#[rustfmt::skip]
const TEXTS: &[&str] = &[
    // For a database.
    "'", "''", "\"", "`", "';--", "x'; DROP TABLE contactos; --", "1' OR '1'='1", "') UNION SELECT secreto FROM espacios --",
    "'||pg_sleep(9)||'", "$1", "$$ignored$$", ":nombre", "?", "E'\\047'", "x' COLLATE NOCASE--", "/* */", "NULL", "%", "_",
    "%%", "\\%", "\\_", "\\", "\\\\", "a\\'b", "a%b_c", "[a-z]*", "^.*$", "(?i)x", "a & !b | c:*", "'a':1A", "MATCH", "\"a\" NEAR b",
    "{1,2}", "{\"a\",NULL}", "(1,2)", "::text", "ctid", "rowid", "\\N", "\\.", "x'00'",
    // For what reads JSON or JavaScript.
    "{}", "[]", "null", "undefined", "NaN", "Infinity", "true", "false", "__proto__", "constructor", "toString", "[object Object]",
    "{\"uuid\":\"x\"}", "\",\"code\":0,\"x\":\"", "\\u0041", "\\ud800", "\\x00", "</script>", "${7*7}", "#{7*7}", "{{7*7}}", "<%= 7 %>",
    "`${x}`", "//", "\u{2028}a", "a\u{2029}b",
    // For a browser, and what reads XML.
    "<b>", "<img src=x onerror=alert(1)>", "&lt;", "&#0;", "&amp;amp;", "<!--", "]]>", "<?xml?>", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///\">]>",
    "javascript:alert(1)", "data:text/html,x", "\"onfocus=\"x", "%3Cscript%3E",
    // For a shell, a path, a log, a header.
    "$(reboot)", "`id`", "; ls", "| cat", "&& true", "> x", "~", "-rf", "--help", "$HOME", "%PATH%", "../../etc/passwd", "..\\..\\x",
    "C:\\CON", "NUL", "/dev/null", "file:///x", "x%0d%0aSet-Cookie: a=b", "\u{1b}[31m", "a\r\nX: y",
    // For a spreadsheet, and what formats.
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "a,b", "a;b", "\"a\"\"b\"", "a\nb", "%s", "%n%n%n", "%d", "{0}", "{}{}", "%1$s", "\\0",
    // Numbers.
    "0", "-0", "007", "1e309", "0x1F", "1_000", "1,5", "9223372036854775808", "٣", "９", "²", "½", "Ⅷ", "一", "१२३", "NaN1", "1.0", "0.1e-7", "∞",
    // Case that is not one to one.
    "I", "ı", "İ", "i\u{307}", "ISTANBUL", "İSTANBUL", "ıstanbul", "ß", "ẞ", "STRASSE", "straße", "ﬁ", "ﬃ", "ﬅ", "ǅ", "ǆ", "Σίσυφος", "ς", "ŉ",
    "ΐ", "ᾼ", "ﬗ", "\u{212a}", "\u{212b}", "\u{2126}", "\u{b5}", "K", "\u{c5}", "Ω", "ſ", "ÿ", "Ÿ", "ꭰ", "Ꭰ", "Ა", "ა", "𐐀", "𐐨", "ԱՒ", "և",
    // The same in several forms.
    "é", "e\u{301}", "ñ", "n\u{303}", "Å", "A\u{30a}", "ṩ", "s\u{323}\u{307}", "s\u{307}\u{323}", "한글", "\u{1112}\u{1161}\u{11ab}", "ㅎㅏㄴ", "ﾊﾝ", "ｱｲｳ",
    "①②", "㎏", "㍿", "ﷺ", "ﷲ", "豈", "\u{2f800}", "神", "\u{fa19}", "e\u{301}\u{301}", "\u{301}e", "\u{345}α", "\u{958}", "\u{344}",
    // Scripts.
    "José Núñez", "Łódź", "Øystein", "Đorđe", "Æther", "Þór", "Ｆｕｌｌ", "Владимир", "Ґанна", "Αθηνά", "שלום", "שָׁלוֹם", "محمد", "مُحَمَّد", "ﻣﺤﻤﺪ", "لا", "فارسی\u{200c}ها",
    "नमस्ते", "क्\u{200d}ष", "क्\u{200c}ष", "ประเทศไทย", "น้ำ", "ជំរាបសួរ", "မြန်မာ", "தமிழ்", "বাংলা", "မ", "བོད", "ᠮᠣᠩᠭᠣᠯ", "ქართული", "አማርኛ", "日本語", "𠮷野家",
    "葛󠄀", "漢字かな交じり", "한국어", "ㄅㄆㄇ", "𓀀𓂀", "𐎠𐎡", "ꙮ", "Ⴀ",
    // What can't be seen, or turns what stands around it.
    "\u{200b}", "a\u{200b}b", "\u{200d}", "\u{feff}", "\u{feff}a", "a\u{feff}", "\u{ad}", "soft\u{ad}hyphen", "\u{2060}", "\u{180e}", "\u{34f}", "\u{115f}", "\u{3164}", "\u{ffa0}",
    "\u{202e}evil", "\u{202a}a\u{202c}", "\u{2066}a\u{2069}", "\u{200e}", "\u{200f}", "a\u{202e}b\u{202d}c", "\u{61c}", "\u{e0001}", "a\u{e0041}\u{e007f}", "\u{fe0f}", "\u{e0100}",
    "\u{2062}", "\u{206a}", "\u{fff9}a\u{fffa}b\u{fffb}", "\u{1d173}",
    // Marks upon marks.
    "\u{301}", "\u{303}", "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}", "Z\u{351}\u{36b}\u{343}\u{36a}\u{302}", "\u{20dd}", "a\u{20e3}", "1\u{fe0f}\u{20e3}", "n\u{303}\u{303}", "n\u{301}\u{303}",
    // Emoji.
    "😀", "👍🏽", "👩🏿‍🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "🇪🇸", "🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "❤", "☺︎", "👁️‍🗨️", "🧑🏻‍❤️‍💋‍🧑🏿", "🫠", "#️⃣", "🏽",
    // The ends of what there is, and what is no character.
    "\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{f8ff}", "\u{fdd0}", "\u{fdef}", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{10000}", "\u{1fffe}", "\u{1ffff}",
    "\u{2fffe}", "\u{f0000}", "\u{ffffd}", "\u{10fffd}", "\u{10fffe}", "\u{10ffff}", "\u{378}", "\u{1f9ff}", "\u{e000}\u{f8ff}",
    // What may be taken for an email.
    "@", "a@b", "a@@b", "@b", "a@", "a@b@c", "\"a b\"@c", "a@b ", " a@b", "a @b", "a@\u{a0}b", "ä@ö.de", "用户@例子.广告", "a@b\u{200b}", "<a@b>", "a@[127.0.0.1]", "＠", "a＠b",
];
