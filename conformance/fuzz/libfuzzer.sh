#!/bin/sh
# Build a fuzz target with Clang's libFuzzer and run it: libfuzzer.sh CLANG RUNS CORPUS CLANG-ARGUMENT...
# The program, inputs that it learns and, if there is one, the input that it fails on go to the working directory.
#
# SPDX-License-Identifier: BSD-2-Clause
set -eu

clang=$1 runs=$2 corpus=$3
shift 3
name=libfuzzer-$(basename "$corpus")

"$clang" -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$name" "$@"
rm -rf "$name.learnt"
mkdir "$name.learnt"
exec "./$name" -runs="$runs" -seed=1 -max_len=4096 -print_final_stats=1 -artifact_prefix="$name." \
	"$name.learnt" "$corpus"
