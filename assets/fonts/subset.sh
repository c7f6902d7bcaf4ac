#!/bin/sh
# Remakes the bundled fonts from the unmodified ones. It does not decide which font is used
# where: src/ui/theme/fonts.rs does.
#
# Needs python3 with venv, on Debian fonts-inter fonts-jetbrains-mono fonts-noto-cjk, and npm for
# the fonts that Debian does not have as they are needed: EMOJI and PHOSPHOR name their files where
# they are already here.
set -eu
cd "$(dirname "$0")/../.."

INTER=${INTER:-/usr/share/fonts/opentype/inter}
MONO=${MONO:-/usr/share/fonts/truetype/jetbrains-mono}
NOTO=${NOTO:-/usr/share/fonts/opentype/noto}
EMOJI=${EMOJI:-}
PHOSPHOR=${PHOSPHOR:-}
OUT=assets/fonts
VENV=target/fonts-venv

[ -x "$VENV/bin/pyftsubset" ] || {
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet fonttools
}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# Basic Latin to Latin Extended-A, spacing modifiers, combining marks, Greek, Cyrillic, general
# punctuation, currency, letter-like symbols, number forms, arrows, mathematical operators, the
# keys a shortcut names, geometric shapes, symbols and dingbats: what the font has of them.
LATIN=U+0020-017F,U+0192,U+0218-021B,U+02C6-02DD,U+0300-0304,U+0306-0308,U+030A-030C,U+0370-03FF,U+0400-045F,U+0490-0491,U+1E9E,U+2000-206F,U+20A0-20BF,U+2100-214F,U+2150-218F,U+2190-21FF,U+2200-22FF,U+2300-23FF,U+25A0-25FF,U+2600-26FF,U+2700-27BF,U+FFFD

# egui switches no OpenType feature on, so a countdown would jitter with Inter's proportional
# digits: its tabular ones take their place. The colon stays as it is: it never changes, and a
# digit-wide one would tear every "host:port" apart.
tabular_digits() {
    "$VENV/bin/python" - "$1" "$2" <<'PYTHON'
import sys
from fontTools.ttLib import TTFont

font = TTFont(sys.argv[1])
gsub = font["GSUB"].table
lookups = {
    index
    for record in gsub.FeatureList.FeatureRecord
    if record.FeatureTag == "tnum"
    for index in record.Feature.LookupListIndex
}
tabular = {}
for index in lookups:
    for table in gsub.LookupList.Lookup[index].SubTable:
        tabular.update(getattr(table, "ExtSubTable", table).mapping)
digits = range(ord("0"), ord("9") + 1)
# Several tables may share one map, so a digit that is tabular already stays.
for table in font["cmap"].tables:
    for code in digits:
        if code in table.cmap:
            table.cmap[code] = tabular.get(table.cmap[code], table.cmap[code])
# In SemiBold one digit is a thousandth of an em narrower than the others.
metrics = font["hmtx"].metrics
names = [font.getBestCmap()[code] for code in digits]
width = max(metrics[name][0] for name in names)
assert all(width - metrics[name][0] < 10 for name in names), "not the tabular digits"
for name in names:
    metrics[name] = (width, metrics[name][1])
font.save(sys.argv[2])
PYTHON
}

# Kerning stays; ligatures and contextual forms go, because an inspector shows "->" as it is.
for weight in Regular SemiBold; do
    tabular_digits "$INTER/Inter-$weight.otf" "$WORK/Inter-$weight.otf"
    "$VENV/bin/pyftsubset" "$WORK/Inter-$weight.otf" --output-file="$OUT/Inter-$weight.otf" \
        --unicodes="$LATIN" --layout-features=kern,mark,mkmk,ccmp --name-IDs=0,1,2,3,4,5,6,13,14
done

"$VENV/bin/pyftsubset" "$MONO/JetBrainsMono-Regular.ttf" --output-file="$OUT/JetBrainsMono-Regular.ttf" \
    --unicodes="$LATIN,U+2500-2503,U+250C,U+2510,U+2514,U+2518,U+251C,U+2524,U+252C,U+2534,U+253C,U+2550-256C,U+2580-2593" \
    --layout-features=mark,mkmk,ccmp --no-hinting --name-IDs=0,1,2,3,4,5,6,13,14

# What the writing of a neighbour needs on a machine without a font: GB 2312 (simplified Chinese),
# the frequent characters of Big5 (traditional), JIS X 0208 and half-width katakana (Japanese), the
# syllables of KS X 1001 and the single letters (Korean), CJK punctuation and full-width forms.
# Rarer ones come from the system. Latin, Greek and Cyrillic are left out: the fonts above have
# them, and are always asked first. One face draws them all, so shapes that differ between the
# countries are the Chinese ones.
"$VENV/bin/python" - > "$WORK/cjk" <<'PYTHON'
def codes(charset, rows, cells):
    for high in rows:
        for low in cells:
            try:
                text = bytes((high, low)).decode(charset)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                yield ord(text)

EUC = range(0xA1, 0xFF)
found = set(codes("gb2312", range(0xA1, 0xF8), EUC))
found |= {code for code in codes("euc_jp", range(0xA1, 0xF5), EUC) if code >= 0x3000}
found |= set(codes("euc_kr", range(0xB0, 0xC9), EUC))
low = [*range(0x40, 0x7F), *EUC]
found |= {code for code in codes("big5", range(0xA4, 0xC7), low) if code >= 0x3000}
found = {code for code in found if code > 0x45F}
found |= set(range(0x3000, 0x3020)) | set(range(0x3131, 0x318F))
found |= set(range(0xFF01, 0xFF5F)) | set(range(0xFF61, 0xFFA0)) | {0xFFE5}
found |= {ord(c) for c in "⌘⏎☀◐◑◌"}
print("\n".join(f"U+{code:04X}" for code in sorted(found)))
PYTHON
# What stands out by weight are words of the window: the frequent characters of GB 2312 (its first
# level), and whatever else assets/i18n/zh-CN.ftl has.
"$VENV/bin/python" - assets/i18n/zh-CN.ftl > "$WORK/cjk-bold" <<'PYTHON'
import sys

found = {ord(c) for c in open(sys.argv[1], encoding="utf-8").read() if ord(c) >= 0x2E80}
for high in range(0xB0, 0xD8):
    for low in range(0xA1, 0xFF):
        try:
            found.add(ord(bytes((high, low)).decode("gb2312")))
        except UnicodeDecodeError:
            continue
found |= set(range(0x3000, 0x3020)) | set(range(0xFF01, 0xFF5F)) | {0xFFE5}
found.discard(0xFFFD)
print("\n".join(f"U+{code:04X}" for code in sorted(found)))
PYTHON
cjk() {
    "$VENV/bin/pyftsubset" "$NOTO/NotoSansCJK-$1.ttc" --font-number=2 \
        --output-file="$OUT/NotoSansSC-$1.otf" --unicodes-file="$2" --layout-features='' --no-hinting \
        --desubroutinize --drop-tables+=vhea,vmtx,VORG --name-IDs=0,1,2,3,4,5,6,13,14
}
cjk Regular "$WORK/cjk"
cjk Bold "$WORK/cjk-bold"

# The emoji that the ones egui brings lack, which end with Unicode 7: it has no 🙂 and no 🚲.
[ -n "$EMOJI" ] || {
    (cd "$WORK" && npm pack --silent @expo-google-fonts/noto-emoji@0.4.7 && tar xzf ./*.tgz) > /dev/null
    EMOJI="$WORK/package/400Regular/NotoEmoji_400Regular.ttf"
}
EGUI=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -path '*/epaint_default_fonts-0.37*/fonts' | head -n 1)
"$VENV/bin/python" - "$EMOJI" "$EGUI"/*.ttf "$OUT"/Inter-*.otf "$OUT"/JetBrains*.ttf "$OUT"/NotoSansSC*.otf \
    > "$WORK/emoji" <<'PYTHON'
import sys
from fontTools.ttLib import TTFont

wanted = set(TTFont(sys.argv[1]).getBestCmap())
# Hack and Ubuntu come along with egui, but nobody asks them.
others = [path for path in sys.argv[2:] if not path.split("/")[-1].startswith(("Hack", "Ubuntu"))]
for path in others:
    wanted -= set(TTFont(path).getBestCmap())
# Joiners, variation selectors, tags and private use draw nothing by themselves.
wanted = {code for code in wanted if 0x2100 <= code < 0xE000 or 0x1F000 <= code < 0x20000}
print("\n".join(f"U+{code:04X}" for code in sorted(wanted)))
PYTHON
"$VENV/bin/pyftsubset" "$EMOJI" --output-file="$OUT/NotoEmoji-Regular.ttf" \
    --unicodes-file="$WORK/emoji" --layout-features='' --no-hinting --name-IDs=0,1,2,3,4,5,6,13,14

# The icons that src/ui/theme/icons.rs names, and no others.
[ -n "$PHOSPHOR" ] || {
    mkdir -p "$WORK/phosphor"
    (cd "$WORK/phosphor" && npm pack --silent @phosphor-icons/web@2.1.2 && tar xzf ./*.tgz) > /dev/null
    PHOSPHOR="$WORK/phosphor/package/src/regular/Phosphor.ttf"
}
ICONS=$(sed -n "s/^    [A-Z_]* = '.u{\([0-9a-f]*\)}'.*/U+\1/p" src/ui/theme/icons.rs | sort -u | paste -sd,)
"$VENV/bin/pyftsubset" "$PHOSPHOR" --output-file="$OUT/Phosphor-Regular.ttf" \
    --unicodes="$ICONS" --layout-features='' --no-hinting --name-IDs=0,1,2,3,4,5,6,13,14
ls -l "$OUT"
