/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * container.h: who a cgroup is. Runtimes name the control group of a container
 * after it; the rules in cgroup_rules.def know the forms of docker, podman,
 * containerd, cri-o, lxc, libvirt, systemd-nspawn and bpm.
 */
#ifndef RTSEC_CONTAINER_CONTAINER_H
#define RTSEC_CONTAINER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* Room for an id with its NUL: 12 hex digits, or a name cut at 127 bytes. */
#define CONTAINER_ID_SIZE 128

/* What stands for an id where a process is known to be in no container. */
#define CONTAINER_HOST "host"

/*
 * cgroups: "controller=path" strings, each with its NUL (the last one may lack
 * it). The path of the unified hierarchy (controller "", "0" or "unified") is
 * looked at first. Hexadecimal ids of 64 digits are cut to their first 12, as
 * the runtimes show them; other ids are names. false, id untouched: no container.
 */
bool container_id_from_cgroups(const char *cgroups, size_t len, char id[CONTAINER_ID_SIZE]);

#endif
