/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_container.c: names of control groups as runtimes make them, and which
 * container they mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "container/container.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define SHORT "0123456789ab"
#define UID "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define UID_ "aaaaaaaa_bbbb_cccc_dddd_eeeeeeeeeeee"
#define KUBE "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_ ".slice"

static const struct {
	const char *path;
	const char *id; /* NULL: no container */
} paths[] = {
	{ "/", NULL },
	{ "/init.scope", NULL },
	{ "/system.slice/ssh.service", NULL },
	{ "/user.slice/user-1000.slice/session-3.scope", NULL },
	{ "/docker/" ID, SHORT },
	{ "/system.slice/docker-" ID ".scope", SHORT },
	{ "/docker.slice/docker-" ID ".scope", SHORT },
	{ "/kubepods/burstable/pod" UID "/" ID, SHORT },
	{ KUBE "/docker-" ID ".scope", SHORT },
	{ KUBE "/cri-containerd-" ID ".scope", SHORT },
	{ "/k8s.io/" ID, SHORT },
	{ "/kubepods-besteffort-pod" UID ".slice:cri-containerd:" ID, SHORT },
	{ "/kubepods/besteffort/pod" UID "/crio-" ID, SHORT },
	{ KUBE "/crio-" ID ".scope", SHORT },
	{ KUBE "/crio-conmon-" ID ".scope", NULL },
	{ "/default/c1", "c1" },
	{ "/default/" ID, SHORT },
	{ "/default/a.service", NULL },
	{ "/system.slice/nerdctl-" ID ".scope", SHORT },
	{ "/libpod_parent/libpod-" ID, SHORT },
	{ "/libpod_parent/" POD "/libpod-" ID, SHORT },
	{ "/machine.slice/libpod-" ID ".scope", SHORT },
	{ "/machine.slice/libpod-" ID ".scope/container", SHORT },
	{ "/machine.slice/libpod-conmon-" ID ".scope", NULL },
	{ "/libpod_parent/conmon", NULL },
	{ "/x.slice/libpod-payload-" ID, SHORT },
	{ "/x.slice/libpod-payload-" ID ".scope/container", SHORT },
	{ "/user.slice/user-1.slice/user@1.service/user.slice/libpod-" ID ".scope/container",
	  SHORT },
	{ "/user.slice/user-1.slice/user@1.service/user.slice/podman-9.scope/" ID, SHORT },
	{ "/lxc/web", "web" },
	{ "/lxc.payload.web", "web" },
	{ "/lxc.payload/web", "web" },
	{ "/lxc.payload.web/system.slice/a.service", "web" },
	{ "/lxc.monitor.web", NULL },
	{ "/machine.slice/box.libvirt-lxc", "box" },
	{ "/libvirt/lxc/box", "box" },
	{ "/machine.slice/machine-lxc\\x2d123\\x2dmy\\x2dbox.scope/libvirt", "my-box" },
	{ "/machine.slice/machine-my\\x2dbox.scope/payload/init.scope", "my-box" },
	{ "/system.slice/systemd-nspawn@deb.service/payload", "deb" },
	{ "/nsp/payload/system.slice/docker-" ID ".scope", SHORT },
	{ "/nsp/supervisor", NULL },
	{ "/system.slice/bpm-job", "job" },
	{ "/system.slice/bpm-job.scope", "job" },
	{ "/docker/" ID "/system.slice/supervisord.service", SHORT },
	{ "/docker/0123456789ab", "0123456789ab" },
	{ "/docker-0123456789ab.scope", NULL },
	{ "/../../x", NULL },
	{ "", NULL },
};

static void one_path(void **context)
{
	char text[512];
	char id[CONTAINER_ID_SIZE];
	size_t i;

	(void)context;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		bool found;

		/* Of cgroup v2: one line; of v1: the same in each. With and without the last NUL. */
		strcpy(text, "0=");
		strcat(text, paths[i].path);
		found = container_id_from_cgroups(text, strlen(text) + i % 2, id);
		if (found != !!paths[i].id || (found && strcmp(id, paths[i].id)))
			fail_msg("%s: %s", paths[i].path, found ? id : "none");
	}
}

static void lines_of_v1(void **context)
{
	static const char docker[] = "cpuset=/docker/" ID "\0memory=/docker/" ID "\0=/";
	static const char words[] =
		"cpuset=/\0memory=/word/0123456789abcdef0123456789abcdef\0cpu=/";
	static const char host[] = "cpuset=/\0cpu=/";
	static const char ctr[] = "cpuset=/default/c1\0cpu=/default/c1";
	char id[CONTAINER_ID_SIZE] = "untouched";

	(void)context;
	assert_false(container_id_from_cgroups(words, sizeof(words), id));
	assert_false(container_id_from_cgroups(host, sizeof(host), id));
	assert_false(container_id_from_cgroups(NULL, 0, id));
	assert_false(container_id_from_cgroups("", 0, id));
	assert_false(container_id_from_cgroups("noequals", 8, id));
	assert_string_equal(id, "untouched");
	assert_true(container_id_from_cgroups(docker, sizeof(docker), id));
	assert_string_equal(id, SHORT);
	assert_true(container_id_from_cgroups(ctr, sizeof(ctr), id));
	assert_string_equal(id, "c1");
}

static void long_names_are_cut(void **context)
{
	char text[400] = "0=/lxc/";
	char id[CONTAINER_ID_SIZE];
	size_t len = strlen(text);

	(void)context;
	memset(text + len, 'n', 300);
	assert_true(container_id_from_cgroups(text, len + 300, id));
	assert_int_equal(strlen(id), CONTAINER_ID_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_path),
		cmocka_unit_test(lines_of_v1),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
