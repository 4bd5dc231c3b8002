#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Recording on Debian 12's kernel.
. "$(dirname "$0")/lib_record.sh"

record_on bookworm uring_submit_sqe
