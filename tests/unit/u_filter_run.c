/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_filter_run.c: which of a handful of events each expression matches.
 *
 *   f  nginx (pid 100) reads 5 bytes "GET /" from its file /etc/nginx/nginx.conf, fd 3
 *   4  it reads nothing from 127.0.0.1:55800->10.0.0.1:443, fd 4
 *   6  it fails with EAGAIN on [2001:db8::1]:55800->[2001:db8::2]:22, fd 5
 *   o  its openat of "index.html" fails with ENOENT: the name is known, the number is the result
 *   g  it makes a system call that has no event type of its own (wait4)
 *   s  a switch of a CPU by a thread of which nothing is known
 *
 * nginx (100) is a child of bash (60), which is one of sshd (50), which is one of systemd (1).
 */
#include "filter/filter.h"

#include "unit/stbuild.h"

struct row {
	const char *text;
	const char *want; /* letters of the events that match */
};

static void add_socket(struct bench *t, int64_t num, bool is_ipv6)
{
	static const uint8_t v6[2][16] = { { 0x20, 1, 0xd, 0xb8, [15] = 1 },
					   { 0x20, 1, 0xd, 0xb8, [15] = 2 } };
	static const uint8_t v4[2][4] = { { 127, 0, 0, 1 }, { 10, 0, 0, 1 } };
	struct snap_fd fd = { .fd = num,
			      .type = is_ipv6 ? SNAP_FD_IPV6_SOCK : SNAP_FD_IPV4_SOCK,
			      .l4 = SNAP_L4_TCP,
			      .ends = { .sport = 55800, .dport = is_ipv6 ? 22 : 443 } };

	memcpy(fd.ends.sip, is_ipv6 ? v6[0] : v4[0], is_ipv6 ? 16 : 4);
	memcpy(fd.ends.dip, is_ipv6 ? v6[1] : v4[1], is_ipv6 ? 16 : 4);
	state_add_fd(t->state, 100, &fd);
}

static int open_world(void **context)
{
	int ret = bench_open(context);
	struct bench *t = *context;

	add_process(t, 1, 0, "systemd");
	add_process(t, 50, 1, "sshd");
	add_process(t, 60, 50, "bash");
	add_process(t, 100, 60, "nginx");
	add_file(t, 100, 3, "/etc/nginx/nginx.conf");
	add_socket(t, 4, false);
	add_socket(t, 5, true);
	state_finish_snapshot(t->state);
	return ret;
}

static struct event *make_event(struct bench *t, char letter)
{
	switch (letter) {
	case 'f':
		return apply(t, EVENT_SYSCALL_READ_X, 100, "nbnn", N(5), "GET /", (size_t)5, N(3),
			     N(512));
	case '4':
		return apply(t, EVENT_SYSCALL_READ_X, 100, "n-nn", N(0), N(4), N(512));
	case '6':
		return apply(t, EVENT_SYSCALL_READ_X, 100, "n-nn", N(-11), N(5), N(512));
	case 'o':
		return openat_exit(t, 100, -2, "index.html", 1);
	case 'g':
		return apply(t, EVENT_GENERIC_X, 100, "nn",
			     (int64_t)event_syscall_find_name("wait4")->code, N(61));
	default:
		return apply(t, EVENT_SCHEDSWITCH_6_E, 7777, "n", N(100));
	}
}

static void run_rows(struct bench *t, const struct row *rows, size_t cnt)
{
	static const char letters[] = "f46ogs";
	struct filter **filters = calloc(cnt, sizeof(struct filter *));
	char(*got)[8] = calloc(cnt, sizeof(*got));
	struct field_env env;
	size_t i, k, failed = 0;

	field_env_init(&env, t->state);
	for (i = 0; i < cnt; i++) {
		struct err err = { 0 };

		filters[i] = filter_compile(rows[i].text, NULL, &err);
		if (!filters[i])
			fail_msg("%s: %s", rows[i].text, err.text);
	}
	for (k = 0; letters[k]; k++) {
		struct event *ev = make_event(t, letters[k]);

		for (i = 0; i < cnt; i++) {
			arena_reset(&env.scratch);
			if (filter_run(filters[i], &env, ev))
				got[i][strlen(got[i])] = letters[k];
			assert_false(env.filtering);
		}
	}
	for (i = 0; i < cnt; i++) {
		if (strcmp(got[i], rows[i].want) != 0) {
			print_error("%s: matches \"%s\", wanted \"%s\"\n", rows[i].text, got[i],
				    rows[i].want);
			failed++;
		}
		filter_free(filters[i]);
	}
	field_env_release(&env);
	free(filters);
	free(got);
	assert_int_equal(failed, 0);
}

#define RUN(rows) run_rows(*context, rows, ARRAY_SIZE(rows))

static void test_unset(void **context)
{
	static const struct row rows[] = {
		{ "fd.name exists", "f46o" },
		{ "not fd.name exists", "gs" },
		{ "fd.name=/x", "" },
		{ "fd.name!=/x", "f46o" },
		{ "not fd.name=/x", "f46ogs" },
		{ "not fd.name!=/x", "gs" },
		{ "fd.name in ()", "" },
		{ "not fd.name in ()", "f46ogs" },
		{ "fd.name in (/etc/nginx/nginx.conf, /x)", "f" },
		{ "not fd.name in (/etc/nginx/nginx.conf)", "46ogs" },
		{ "fd.name=\"\"", "" },
		{ "fd.num < 1000", "f46o" },
		{ "proc.name exists", "f46og" },
		{ "proc.name != nginx", "" },
		{ "not proc.name = nginx", "s" },
		{ "evt.failed exists", "f46o" },
		{ "evt.failed=false", "f4" },
		{ "evt.failed!=false", "6o" },
		{ "fd.num = val(evt.rawres)", "o" },
		{ "fd.num != val(evt.rawres)", "f46" },
		{ "proc.name = val(fd.name)", "" },
	};

	RUN(rows);
}

static void test_logic(void **context)
{
	static const struct row rows[] = {
		{ "proc.name=nginx", "f46og" },
		{ "not proc.name=nginx", "s" },
		{ "not not proc.name=nginx", "f46og" },
		{ "proc.name=nginx and fd.num=3", "f" },
		{ "fd.num=3 or fd.num=4 and evt.failed=true", "f" },
		{ "(fd.num=3 or fd.num=4) and evt.failed=false", "f4" },
		{ "not (fd.num=3 or fd.num=4)", "6ogs" },
		{ "not (fd.num=3 and proc.name=nginx)", "46ogs" },
		{ "not (fd.num!=3 and not fd.num=4) and fd.num exists", "f4" },
		{ "fd.num=3 or fd.num=4 or fd.num=5", "f46" },
	};

	RUN(rows);
}

static void test_types(void **context)
{
	static const struct row rows[] = {
		{ "evt.type=read", "f46" },
		{ "evt.type!=read", "ogs" },
		{ "not evt.type=read", "ogs" },
		{ "evt.type in (read, openat)", "f46o" },
		{ "evt.type in ()", "" },
		{ "evt.type=wait4", "g" },
		{ "evt.type!=wait4", "f46os" },
		{ "not evt.type=wait4", "f46os" },
		{ "evt.type=waitid", "" },
		{ "evt.type!=waitid", "f46ogs" },
		{ "evt.type contains switch", "s" },
		{ "evt.type startswith open", "o" },
		{ "evt.type=open", "" },
		{ "evt.type exists", "f46ogs" },
		{ "evt.type=read or proc.name=nginx", "f46og" },
		{ "not (evt.type=read or fd.num=3)", "ogs" },
		{ "evt.type=val(proc.name)", "" },
		{ "toupper(evt.type) != \"\"", "f46ogs" },
		{ "evt.type != allof (read, wait4)", "os" },
		{ "syscall.type=read", "f46" },
		{ "syscall.type exists", "f46og" },
		{ "not syscall.type=read", "ogs" },
		{ "syscall.type=nosuch", "" },
		{ "evt.type.is.read=1", "f46" },
		{ "evt.type.is.read=0", "ogs" },
		{ "evt.type.is.wait4=1", "g" },
		{ "evt.num=0", "" },
		{ "not evt.num=0", "f46ogs" },
		{ "evt.num in ()", "" },
	};

	RUN(rows);
}

static void test_numbers(void **context)
{
	static const struct row rows[] = {
		{ "evt.rawres<0", "6o" },
		{ "evt.rawres=-11", "6" },
		{ "evt.rawres>=0", "f4" },
		{ "evt.rawres in (-2, -11)", "6o" },
		{ "evt.rawres in (-2, -11, 1, 2, 3, 4)", "6o" },
		{ "evt.rawres = anyof (5, -2)", "fo" },
		{ "evt.rawres != anyof (5, -2)", "f46o" },
		{ "evt.rawres != allof (5, -2)", "46" },
		{ "evt.rawres = oneof (5, 5)", "" },
		{ "evt.rawres = allof (5, 5)", "f" },
		{ "evt.rawres != allof ()", "" },
		{ "evt.rawres = anyof ()", "" },
		{ "proc.pid=100", "f46og" },
		{ "proc.pid=\" 100\"", "f46og" },
		{ "proc.pid=+100", "f46og" },
		{ "proc.pid>99999999999999999999", "" },
		{ "proc.pid<99999999999999999999", "f46og" },
		{ "evt.cpu=65536", "f46ogs" },
		{ "user.uid=4294967296", "f46og" },
		{ "evt.num<-1", "f46ogs" },
		{ "evt.rawarg.res=-11", "6" },
		{ "evt.rawarg.res in (-2, -11)", "6" },
		{ "evt.rawarg.res = anyof (-2, -11)", "6" },
		{ "evt.rawarg.res = allof (-2, -11)", "" },
		{ "evt.rawarg.res<0", "6" },
		{ "evt.rawarg.res exists", "f46" },
		{ "evt.rawarg.name = index.html", "o" },
		{ "evt.rawarg.name endswith .html", "o" },
		{ "evt.rawarg.fd < 0", "o" },
		{ "evt.arg.res = EAGAIN", "6" },
		{ "evt.arg.res = -11", "" },
		{ "proc.pid > val(proc.ppid)", "f46og" },
		{ "proc.pid < val(proc.ppid)", "" },
		{ "evt.failed = anyof (true, false)", "f46o" },
		{ "evt.failed in (true)", "6o" },
	};

	RUN(rows);
}

static void test_text(void **context)
{
	static const struct row rows[] = {
		{ "fd.name contains nginx/", "f" },
		{ "fd.name contains \"\"", "f46o" },
		{ "fd.name icontains NGINX/", "f" },
		{ "fd.name startswith /etc/", "f" },
		{ "fd.name startswith \"\"", "f46o" },
		{ "fd.name endswith .conf", "f" },
		{ "fd.name endswith CONF", "" },
		{ "fd.name glob /etc/*", "f" },
		{ "fd.name glob /ETC/*", "" },
		{ "fd.name iglob /ETC/*", "f" },
		{ "fd.name regex \"/etc/[a-z]+/nginx.conf\"", "f" },
		{ "fd.name regex \"etc\"", "" },
		{ "fd.name regex anyof (\".*443\", \".*22\")", "46" },
		{ "fd.name pmatch (/etc)", "f" },
		{ "fd.name pmatch (etc/nginx/)", "f" },
		{ "fd.name pmatch (/et)", "" },
		{ "fd.name pmatch (/etc/nginx/nginx.conf/x)", "" },
		{ "fd.name pmatch (/*/nginx)", "f" },
		{ "fd.name pmatch (/)", "f46o" },
		{ "fd.name pmatch ()", "" },
		{ "proc.name < 3", "" },
		{ "proc.name > 3", "f46og" },
		{ "proc.name = anyof (bash, nginx)", "f46og" },
		{ "proc.name contains allof (ng, nx)", "f46og" },
		{ "proc.name contains oneof (ng, nx)", "" },
		{ "proc.name in (a, b, c, d, e, nginx)", "f46og" },
		{ "proc.name in (a, b, c, d, e, f, g, nginy)", "" },
		{ "proc.name intersects (nginx)", "f46og" },
		{ "evt.buffer contains GET", "f" },
		{ "evt.buffer = \"GET /\"", "f" },
		{ "evt.buffer bcontains 4554", "f" },
		{ "evt.buffer bstartswith 474554", "f" },
		{ "evt.buffer bstartswith 4554", "" },
		{ "evt.buffer endswith \" /\"", "f" },
		{ "evt.buffer in (\"GET /\", x)", "f" },
	};

	RUN(rows);
}

static void test_addresses(void **context)
{
	static const struct row rows[] = {
		{ "fd.ip=127.0.0.1", "4" },
		{ "fd.ip=10.0.0.1", "4" },
		{ "fd.ip!=127.0.0.1", "6" },
		{ "fd.ip!=1.1.1.1", "46" },
		{ "not fd.ip=127.0.0.1", "f6ogs" },
		{ "fd.ip in (10.0.0.1, 9.9.9.9)", "4" },
		{ "fd.ip in (9.9.9.1, 9.9.9.2, 9.9.9.3, 9.9.9.4, 10.0.0.1)", "4" },
		{ "fd.ip intersects (10.0.0.1, 2001:db8::2)", "46" },
		{ "fd.ip exists", "46" },
		{ "fd.ip = anyof (127.0.0.1, 2001:DB8::2)", "46" },
		{ "fd.ip = allof (127.0.0.1, 10.0.0.1)", "4" },
		{ "fd.ip != allof (9.9.9.9, 10.0.0.1)", "6" },
		{ "fd.ip = ::ffff:127.0.0.1", "4" },
		{ "fd.ip = ::ffff:7f00:1", "" },
		{ "fd.sip = 10.0.0.1", "4" },
		{ "fd.sip != 10.0.0.1", "6" },
		{ "fd.sip in (1.2.3.4, 2001:db8::2)", "6" },
		{ "fd.cip = val(fd.sip)", "" },
		{ "fd.cip != val(fd.sip)", "46" },
		{ "fd.net = 10.0.0.0/8", "4" },
		{ "fd.net != 10.0.0.0/8", "6" },
		{ "fd.net in (192.168.0.0/16, 10.0.0.0/8)", "4" },
		{ "fd.net intersects (192.168.0.0/16, 2001:db8::/32)", "6" },
		{ "fd.net = 0.0.0.0/0", "4" },
		{ "fd.net = 10.0.0.0/31", "4" },
		{ "fd.net = 10.0.0.2/31", "" },
		{ "fd.snet = 2001:db8::2/127", "6" },
		{ "fd.snet = 2001:db8::/127", "" },
		{ "fd.snet = 2001:db8::2/128", "6" },
		{ "fd.snet in (10.0.0.0/8, 2001:db8::/32)", "46" },
		{ "fd.snet != 10.0.0.0/8", "6" },
		{ "fd.snet = anyof (10.0.0.0/8, 2001:db8::/32)", "46" },
		{ "fd.snet != allof (10.0.0.0/8, 2001:db8::/32)", "" },
		{ "fd.port = 443", "4" },
		{ "fd.port = https", "4" },
		{ "fd.port = 55800", "46" },
		{ "fd.port != 443", "6" },
		{ "fd.port > 50000", "46" },
		{ "fd.port < 100", "6" },
		{ "fd.port in (22, 443)", "46" },
		{ "fd.port exists", "46" },
		{ "fd.sport = ssh", "6" },
		{ "fd.sip.name exists", "46" },
	};

	RUN(rows);
}

static void test_ancestors(void **context)
{
	static const struct row rows[] = {
		{ "proc.aname = bash", "f46og" },
		{ "proc.aname = nginx", "" },
		{ "proc.aname != bash", "f46og" },
		{ "not proc.aname = bash", "s" },
		{ "proc.aname in (zsh, sshd)", "f46og" },
		{ "proc.aname in (zsh, fish)", "" },
		{ "proc.aname[0] = nginx", "f46og" },
		{ "proc.aname[1] = bash", "f46og" },
		{ "proc.aname[2] = bash", "" },
		{ "proc.aname[-1] = sshd", "f46og" },
		{ "proc.aname contains ss", "f46og" },
		{ "proc.aname exists", "f46og" },
		{ "proc.aname[9] exists", "" },
		{ "proc.aname = allof (bash, sshd)", "f46og" },
		{ "proc.aname = allof (bash, zsh)", "" },
		{ "proc.aname = anyof (zsh, bash)", "f46og" },
		{ "proc.aname = oneof (bash, sshd)", "" },
		{ "proc.aname = oneof (bash, zsh)", "f46og" },
		{ "proc.apid in (50, 51)", "f46og" },
		{ "proc.apid = 100", "" },
		{ "proc.apid > 59", "f46og" },
	};

	RUN(rows);
}

static void test_transformers(void **context)
{
	static const struct row rows[] = {
		{ "toupper(proc.name) = NGINX", "f46og" },
		{ "toupper(proc.name) in (NGINX, X)", "f46og" },
		{ "len(proc.name) = 5", "f46og" },
		{ "len(tolower(proc.name)) > 5", "" },
		{ "basename(fd.name) = nginx.conf", "f" },
		{ "proc.name = concat(\"ng\", \"inx\")", "f46og" },
		{ "proc.name = b64(\"bmdpbng=\")", "f46og" },
		{ "b64(\"!\") exists", "" },
		{ "proc.name in toupper(\"nginx\")", "" },
		{ "proc.name in tolower(\"NGINX\")", "f46og" },
		{ "proc.pname = concat(\"ba\", \"sh\")", "f46og" },
		{ "join(\"-\", (proc.name, 1, fd.num)) = \"nginx-1-3\"", "f" },
		{ "join(\",\", (fd.name, proc.name)) exists", "f46o" },
		{ "join(\",\", (evt.failed, proc.pid)) = \"true,100\"", "6o" },
		{ "join(\",\", ()) = \"\"", "f46ogs" },
		{ "len((proc.name, proc.pname, fd.name)) = 3", "f46o" },
		{ "len(evt.buffer) = 5", "f" },
		{ "fd.types in (file)", "" },
		{ "fd.types in (file, ipv4, ipv6)", "f46og" },
		{ "fd.types intersects (file)", "f46og" },
		{ "fd.types intersects (pipe, event)", "" },
		{ "fd.types[3] in (file)", "f46og" },
		{ "fd.types[99] exists", "" },
		{ "len(fd.types) = 3", "f46og" },
		{ "toupper(fd.types) intersects (FILE)", "f46og" },
		{ "getopt((), \"a\") in (x)", "f46ogs" },
		{ "getopt((), \"a\") intersects (x)", "" },
		{ "getopt((\"-a\", \"v\"), \"a:\") in (a, v)", "f46ogs" },
		{ "getopt((\"-a\", \"v\"), \"a:\")[a] = v", "f46ogs" },
		{ "getopt((\"-a\", \"v\"), \"a:\") in getopt((\"-a\", \"v\"), \"a:\")", "f46ogs" },
		{ "concat(\"\", \"/etc/x\") pmatch (/e*/x)", "f46ogs" },
		{ "concat(\"\", \"/etcx\") pmatch (/etc)", "" },
		{ "concat(\"\", \"a*b\") glob \"a\\\\*b\"", "f46ogs" },
		{ "concat(\"\", \"\xc3\xa9\") glob \"??\"", "f46ogs" },
		{ "concat(\"\", \"\xc3\xa9\") regex \".\"", "f46ogs" },
		{ "concat(\"\", \"a\\nb\") regex \"a.b\"", "" },
		{ "concat(\"\", \"10\") < 9", "f46ogs" },
	};

	RUN(rows);
}

static void test_time(void **context)
{
	/* The bench's clock: 1000 s, and a microsecond more with each event. */
	static const struct row rows[] = {
		{ "evt.around[1000000001000] = 0", "f" },
		{ "evt.around[1000000001000] exists", "f" },
		{ "evt.around[1001000003000] = 1000", "6ogs" },
		{ "evt.around[999000003000] = 1000", "f46" },
		{ "evt.around[1000000001000] = 18446744073709551615", "f46ogs" },
		{ "evt.rawtime = 1000000002000", "4" },
		{ "util.cnt <= 2", "f4" },
	};

	RUN(rows);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, bench_close)
	const struct CMUnitTest tests[] = {
		TEST(test_unset),     TEST(test_logic),	       TEST(test_types),
		TEST(test_numbers),   TEST(test_text),	       TEST(test_addresses),
		TEST(test_ancestors), TEST(test_transformers), TEST(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
