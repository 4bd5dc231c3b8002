#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make quickstart and make check from a clean checkout in a fresh Debian 12.
. "$(dirname "$0")/lib_fresh.sh"

fresh bookworm
