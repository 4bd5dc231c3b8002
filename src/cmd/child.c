/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child.c: fork, a pipe as the starting gate, and what became of the child.
 */
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* As a shell: 127 not found, 126 not executable, 128 + signal. */
static void run(char **argv, int gate)
{
	ssize_t cnt;
	char byte;

	do
		cnt = read(gate, &byte, 1);
	while (cnt < 0 && errno == EINTR);
	/* A gate that closes unopened: there is no capture, nothing may happen unseen. */
	if (cnt != 1)
		_exit(1);
	close(gate);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execvp(argv[0], argv);
	fprintf(stderr, "rtsec: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int cmd_child_prepare(struct cmd_child *child, char **argv, struct err *err)
{
	int gate[2];

	if (pipe2(gate, O_CLOEXEC))
		return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	child->pid = fork();
	if (child->pid < 0) {
		close(gate[0]);
		close(gate[1]);
		return err_set(err, -errno, "cannot fork: %s", strerror(errno));
	}
	if (!child->pid) {
		close(gate[1]);
		run(argv, gate[0]);
	}
	close(gate[0]);
	child->gate = gate[1];
	return 0;
}

void cmd_child_go(struct cmd_child *child)
{
	if (!child->pid)
		return;
	/* Who was killed while it waited is found by waitpid(). */
	while (write(child->gate, "", 1) < 0 && errno == EINTR)
		;
	close(child->gate);
}

bool cmd_child_has_ended(struct cmd_child *child, int *status)
{
	int raw;

	if (!child->pid || waitpid(child->pid, &raw, WNOHANG) != child->pid)
		return false;
	child->pid = 0;
	*status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
	return true;
}
