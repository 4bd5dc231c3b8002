/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * list.h: the tables a user can ask for.
 */
#ifndef RTSEC_CMD_LIST_H
#define RTSEC_CMD_LIST_H

void cmd_list_fields(void);
void cmd_list_events(void);

#endif
