#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netconf kinds --json-schema, judged by Python's jsonschema: profiles that
# netconf takes are valid, those that it refuses are not, whether what reads
# the YAML types its scalars (by YAML 1.1 or 1.2) or leaves them texts. TAP.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${NETCONF_BUILD:-.}" && pwd)
# The packaged modules are the system's Python's, whichever PATH has.
for python in /usr/bin/python3 python3 ''; do
	[ -n "$python" ] || {
		echo '1..0 # SKIP needs python3-jsonschema and python3-yaml'
		exit 0
	}
	"$python" -c 'import jsonschema, yaml' 2>/dev/null && break
done
exec "$python" - "$build/netconf" "$top" <<'PYTHON'
import glob, json, os, re, subprocess, sys, tempfile
import jsonschema, yaml

netconf, top = sys.argv[1:]
n = 0


def report(good, text, detail=""):
    global n
    n += 1
    print(f"{'ok' if good else 'not ok'} {n} - {text}")
    for line in str(detail).splitlines() if not good else []:
        print("#", line)


class Loader(yaml.SafeLoader):
    """Keys are texts, as in a JSON document."""

    def construct_mapping(self, node, deep=False):
        return {k.value: self.construct_object(v, True)
                for k, v in node.value}


class Yaml11(Loader):
    pass


# JSON has no dates.
Yaml11.yaml_implicit_resolvers = {
    c: [(t, r) for t, r in rows if not t.endswith(":timestamp")]
    for c, rows in Loader.yaml_implicit_resolvers.items()}


class Yaml12(Loader):
    """The core schema of YAML 1.2, chapter 10.3."""
    yaml_implicit_resolvers = {}


for tag, pattern in [
        ("null", "~|null|Null|NULL|"),
        ("bool", "true|True|TRUE|false|False|FALSE"),
        ("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")]:
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:" + tag,
                                 re.compile(f"^(?:{pattern})$"), None)


class Texts(Loader):
    yaml_implicit_resolvers = {}


LOADERS = [Yaml11, Yaml12, Texts]
for loader in LOADERS:
    loader.add_constructor("tag:yaml.org,2002:map",
                           lambda self, node: self.construct_mapping(node))

schema = json.loads(subprocess.run(
    [netconf, "kinds", "--json-schema"], check=True,
    stdout=subprocess.PIPE).stdout)
try:
    jsonschema.Draft7Validator.check_schema(schema)
    report(True, "it is a schema of draft 07")
except jsonschema.SchemaError as error:
    report(False, "it is a schema of draft 07", error)
validator = jsonschema.Draft7Validator(schema)


def check(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        return subprocess.run([netconf, "check", file.name],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)


def judge(what, text, good, loaders=LOADERS):
    told = check(text)
    report(told.returncode == (0 if good else 2),
           f"netconf {'takes' if good else 'refuses'} {what}",
           f"{text}\n{told.returncode}\n{told.stderr}")
    for loader in loaders:
        errors = list(validator.iter_errors(yaml.load(text, loader)))
        report(bool(errors) != good,
               f"{what}: {'valid' if good else 'invalid'} "
               f"({loader.__name__})",
               text + "\n" + "\n".join(e.message for e in errors))


def nodes(*lines, head="version: 1"):
    return head + "\nnodes:\n" + "".join(f"  {line}\n" for line in lines)


for path in sorted(glob.glob(top + "/profiles/*.yaml")):
    with open(path) as file:
        text = file.read()
    # Scenarios stand beside the profiles.
    if re.search("^nodes:", text, re.M):
        judge(os.path.basename(path), text, True)

WIRED = "wired: { kind: link, match: { type: ethernet } }"
GOOD = {
    "numbers and words quoted or not": nodes(
        'a: { kind: link, device: 7, mtu: "1500", carrier: 5s }',
        "b: { kind: link, device: eth0, mtu: 01500, description: 12 }",
        "c: { kind: link, device: eth1, description: yes }"),
    "version and start as texts": nodes(
        WIRED, head='start: "auto"\nversion: "1"'),
    "one value or a list of one": nodes(
        "a: { kind: any, of: b, wants: [b], allow: alice }",
        "b: { kind: all, of: [wired, wired@eth0], start: manual }", WIRED),
    "names like booleans": nodes(
        "yes: { kind: link, device: eth0, start: manual }",
        "on: { kind: dhcp, over: yes, requires: [yes], when: not yes }",
        "true: { kind: any, of: on, when: yes }"),
    "every form of a duration": nodes(
        "a: { kind: link, device: eth0, timeout: 0, hold: forever,"
        " retry: { delay: 250ms, max-delay: 1h, attempts: 0 } }",
        "b: { kind: link, device: eth1, timeout: 90s, hold: 5m }"),
    "a secret in clear text": nodes(
        "a: { kind: ipsec, remote: 192.0.2.1, networks: 10.0.0.0/8,"
        " virtual-ip: on, auth: { psk: 1234 } }"),
    "globs and macs": nodes(
        "a: { kind: link, match: { mac: [52:54:00:12:34:56, 02:*],"
        ' name: "*" } }'),
    "conditions, events": nodes(
        WIRED, "a: { kind: task, run: [/bin/echo, 1, true], undo: /bin/true,"
        " on-event: wired up, when: not (wired and from x until y) }",
        "s: { kind: state, from: startup, until: wired failed }",
        "l: { kind: location, over: lan, match: { domain: [a, b],"
        " gateway-mac: 02:00:5e:10:00:01 } }",
        "lan: { kind: dhcp, over: wired }"),
    "facts in values": nodes(
        WIRED, "a: { kind: vlan, over: wired, id: '${speed}',"
        " protocol: '${domain}', name: '${device}.10', mtu: '1${ifindex}' }",
        "b: { kind: task, over: a, run: [/bin/echo, '${mac}', '$${mac}'] }"),
    "keys that go together": nodes(
        "a: { kind: route, to: 10.0.0.0/8, type: blackhole }",
        "b: { kind: rule, priority: 7, action: prohibit }",
        "c: { kind: rule, priority: 7, action: lookup, table: 7 }",
        "d: { kind: route, to: 10.0.0.0/8, hops: [], via: 10.0.0.1 }",
        "e: { kind: wireguard, private-key: { file: /k },"
        " up-after-handshake: off }",
        "f: { kind: bridge, stp: yes, forward-delay: 4s }"),
    "members in order": nodes(
        WIRED, "a: { kind: any, of: wired, try: in-order }"),
}
for what, text in GOOD.items():
    judge(what, text, True)


def link(keys):
    return nodes("a: { kind: link, device: eth0, " + keys + " }")


def ipsec(keys):
    return nodes("a: { kind: ipsec, " + keys + " }")


# Of a text it is not seen which number it is, nor that nothing was written.
TYPED = [Yaml11, Yaml12]
BROKEN = {
    "no version": nodes(WIRED, head="start: auto"),
    "another version": nodes(WIRED, head="version: 2"),
    "an unknown key of the file": nodes(WIRED, head="version: 1\nnode: 1"),
    "an unknown start of the file": nodes(
        WIRED, head="version: 1\nstart: never"),
    "no nodes": "version: 1\n",
    "empty nodes": "version: 1\nnodes: {}\n",
    "nodes as a list": "version: 1\nnodes: [a]\n",
    "a file that is a list": "- 1\n",
    "a node that is a text": nodes("a: link"),
    "a bad name": nodes("1a: { kind: link, device: eth0 }"),
    "too long a name": nodes("a" * 64 + ": { kind: link, device: eth0 }"),
    "a name of the grammar": nodes("until: { kind: link, device: eth0 }"),
    "no kind": nodes("a: { device: eth0 }"),
    "an unknown kind": nodes("a: { kind: lnik, device: eth0 }"),
    "a kind of simulations": nodes("a: { kind: fake }"),
    "an unknown key": link("require: [a]"),
    "a key of another kind": link("of: [a]"),
    "a key of tasks": link("on-event: x"),
    "no device": nodes("a: { kind: link }"),
    "device and match": link("match: { type: ethernet }"),
    "a link over a node": nodes(
        WIRED, "a: { kind: link, device: eth0, over: wired }"),
    "no over": nodes("a: { kind: dhcp }"),
    "no members": nodes("a: { kind: any }"),
    "empty members": nodes("a: { kind: any, of: [] }"),
    "no required key": ipsec("remote: 192.0.2.1, auth: { psk: x }"),
    "an empty required list": ipsec(
        "remote: 192.0.2.1, networks: [], auth: { psk: x }"),
    "no value": (link("description:"), TYPED),
    "a text as a number": link("mtu: big"),
    "a fraction as a number": link("mtu: 1500.5"),
    "a list as a number": link("mtu: [1500]"),
    "a number too small": (link("mtu: 67"), TYPED),
    "a number too large": (link("mtu: 65536"), TYPED),
    "no boolean": ipsec("remote: 192.0.2.1, networks: 10.0.0.0/8,"
                        " auth: { psk: x }, virtual-ip: maybe"),
    "a duration without unit": link("timeout: 10"),
    "a duration in words": link("timeout: soon"),
    "a hold in words": link("hold: ever"),
    "an unknown choice": link("start: never"),
    "a fact where nothing is below": link("mtu: '${ifindex}'"),
    "a fact as a program": nodes(
        WIRED, "a: { kind: task, over: wired, run: '${mac}' }"),
    "a plain ${ as a number": nodes(
        WIRED, "a: { kind: vlan, over: wired, id: '$${speed}' }"),
    "a fact as a node": nodes(
        WIRED, "a: { kind: dhcp, over: wired, wants: '${device}' }"),
    "a list for one": nodes(
        WIRED, "a: { kind: dhcp, over: [wired, wired] }"),
    "a reference that is no name": link('wants: ["a b"]'),
    "a reference to no device": link('wants: ["a@"]'),
    "a mapping as a reference": link("wants: { a: b }"),
    "a secret by a relative path": ipsec(
        "remote: 192.0.2.1, networks: 10.0.0.0/8,"
        " auth: { psk: { file: key } }"),
    "a secret with a key of its own": ipsec(
        "remote: 192.0.2.1, networks: 10.0.0.0/8,"
        " auth: { psk: { file: /key, mode: 1 } }"),
    "a section with an unknown key": link("retry: { dealy: 1s }"),
    "a section with a wrong value": link("retry: { attempts: none }"),
    "a number in a section too small": (
        link("retry: { attempts: -1 }"), TYPED),
    "a text as a section": link("retry: 1s"),
    "an empty match": nodes("a: { kind: link, match: {} }"),
    "an unknown key of match": nodes(
        "a: { kind: link, match: { color: red } }"),
    "a place without match": nodes(
        WIRED, "a: { kind: location, over: wired }"),
    "a place with an unknown fact": nodes(
        WIRED, "a: { kind: location, over: wired, match: { colour: red } }"),
    "a state without from": nodes("a: { kind: state, until: x }"),
    "a program without path": nodes("a: { kind: task, run: [echo] }"),
    "a shell's line": nodes('a: { kind: task, run: "/bin/echo a" }'),
    "none of several keys": nodes(WIRED, "a: { kind: address, over: wired }"),
    "an empty one of several keys": nodes(
        WIRED, "a: { kind: address, over: wired, addresses: [] }"),
    "keys that exclude each other": nodes(
        WIRED, "a: { kind: route, over: wired, to: default, via: 10.0.0.1,"
        " hops: [{ via: 10.0.0.2 }] }"),
    "a route to nowhere": nodes("a: { kind: route, to: 10.0.0.0/8 }"),
    "a rule that asks nobody": nodes("a: { kind: rule, priority: 7 }"),
    "a rule of another action": nodes(
        "a: { kind: rule, priority: 7, action: prohibit, table: 7 }"),
    "a fact that says which keys are needed": nodes(
        WIRED, "a: { kind: rule, over: wired, priority: 7, table: 7,"
        " action: '${domain}' }"),
    "a handshake with nobody": nodes(
        "a: { kind: wireguard, private-key: { file: /k },"
        " up-after-handshake: on }"),
    "a key for what is off by default": nodes(
        "a: { kind: bridge, forward-delay: 4s }"),
    "a key for what is off": nodes(
        "a: { kind: bridge, forward-delay: 4s, stp: no }"),
    "a key without the other": nodes(
        WIRED, "a: { kind: address, over: wired, addresses: 10.0.0.1/8,"
        " metric: 3 }"),
    "no condition": link("when: []"),
    "an event of too many words": nodes("a: { kind: state, from: b c d }"),
}
for what, broken in BROKEN.items():
    text, loaders = broken if isinstance(broken, tuple) else (broken, LOADERS)
    judge(what, text, False, loaders)
print(f"1..{n}")
PYTHON
