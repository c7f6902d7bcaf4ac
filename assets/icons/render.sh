#!/usr/bin/env bash
# Makes the icons that platforms want from icon.svg: png for Linux, ico for Windows, icns for macOS.
# Needs the Debian packages librsvg2-bin, icoutils and icnsutils.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for size in 16 32 48 64 128 256 512; do
  rsvg-convert --width "$size" --height "$size" ../icon.svg --output "$size.png"
done
icotool --create --output mqscope.ico 16.png 32.png 48.png 64.png --raw 256.png
png2icns mqscope.icns 16.png 32.png 48.png 128.png 256.png 512.png
