#!/bin/sh
# Remakes the bundled fonts from the unmodified ones. It does not decide which font is used
# where: src/ui/theme/fonts.rs does.
#
# Needs python3 with venv, and on Debian: fonts-inter fonts-jetbrains-mono fonts-noto-cjk.
set -eu
cd "$(dirname "$0")/../.."

INTER=${INTER:-/usr/share/fonts/opentype/inter}
MONO=${MONO:-/usr/share/fonts/truetype/jetbrains-mono}
NOTO=${NOTO:-/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc}
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

# GB 2312 with CJK punctuation and full-width forms. Latin, Greek and Cyrillic are left out: the
# fonts above have them, and are always asked first.
"$VENV/bin/python" - > "$WORK/gb2312" <<'PYTHON'
codes = set()
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            codes.add(ord(bytes((high, low)).decode("gb2312")))
        except UnicodeDecodeError:
            pass
codes = {code for code in codes if code > 0x45F}
codes |= set(range(0x3000, 0x3020)) | set(range(0xFF01, 0xFF5F)) | {0xFFE5}
codes |= {ord(c) for c in "⌘⏎☀◐◑◌"}
print("\n".join(f"U+{code:04X}" for code in sorted(codes)))
PYTHON
"$VENV/bin/pyftsubset" "$NOTO" --font-number=2 --output-file="$OUT/NotoSansSC-Regular.otf" \
    --unicodes-file="$WORK/gb2312" --layout-features='' --no-hinting --desubroutinize \
    --drop-tables+=vhea,vmtx,VORG --name-IDs=0,1,2,3,4,5,6,13,14
ls -l "$OUT"
