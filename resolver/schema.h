/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kinds of nodes are: a table per kind of its keys, their types and
 * their documentation. The tables are data; providers define them
 * (providers/<kind>/schema.c), the loader validates profiles against them,
 * and the manual's reference is printed from them.
 *
 * A validated node's own keys are a `struct config`. Who reads it asks for
 * a key by name and type; a key that the schema does not have, or has with
 * another type, is a mistake in the program and asserts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_BOOL,     /* true, false, yes, no, on, off */
	VALUE_INTEGER,  /* decimal; between min and max */
	VALUE_DURATION, /* 250ms, 10s, 5m, 1h; in milliseconds */
	VALUE_TEXT,     /* any text; see choices and check */
	VALUE_SECRET,   /* { file: PATH }, or text */
	VALUE_SECTION,  /* a mapping with keys of its own */
	VALUE_NODE,     /* NODE or NODE@DEVICE; see enum key_relation */
};

/* What it means for a node that a key of its kind names another. */
enum key_relation {
	KEY_NO_NODE,
	KEY_PREREQUISITE, /* as `requires` */
	/* As `wants`; told by update as instances come and go, and of their
	 * facts. The kind must have an update. */
	KEY_PULLS,
	KEY_FOLLOWS, /* the same, but no pull */
};

enum schema_key_flags {
	KEY_REQUIRED = 1 << 0,
	KEY_LIST = 1 << 1, /* a list; a single value stands for a list of 1 */
	/* With LIST, of texts: a program by its whole path, then its
	 * arguments. */
	KEY_PROGRAM = 1 << 2,
	/* Cannot change while the node is up: then it is restarted. */
	KEY_FIXED = 1 << 3,
	/* With LIST: a mapping of domain names to such values instead. */
	KEY_BY_DOMAIN = 1 << 4,
	/* A text: a host, perhaps with a port behind a colon, that is looked
	 * up if it is a name. */
	KEY_ENDPOINT = 1 << 5,
	/* No fact can be in it: rules look at it. */
	KEY_PLAIN = 1 << 6,
};

enum { SUGGESTION_SIZE = 64 };

struct schema_key {
	const char *name; /* NULL ends a table */
	enum value_type type;
	unsigned flags;
	int64_t min, max;            /* of integers; both 0: no limits */
	const char *fallback;        /* as one would write it; NULL: absent */
	const char *const *choices;  /* of texts, NULL-terminated; or NULL */
	const struct schema_key *keys; /* of a section */
	enum key_relation relation;    /* of a node */
	/*
	 * A further check of a text, or of a secret that stands in the
	 * profile; or NULL. Returns NULL when it is good, else what was
	 * expected: "an IPv4 address, such as 192.0.2.1".
	 */
	const char *(*check)(const char *text);
	/* Of a text that check does not take: writes what was probably meant.
	 * False: that cannot be told. Or NULL. */
	bool (*suggest)(const char *text, char ret[SUGGESTION_SIZE]);
	const char *doc; /* one sentence or more, for the reference */
};

/*
 * What a kind wants of several keys together. They are its own, or `over`; an
 * empty list is as good as none.
 */
enum key_rule_sort {
	RULE_SOME,  /* one of them must be given, or more */
	RULE_APART, /* the first and the second exclude each other */
	RULE_NONE,  /* none of them may be given */
	RULE_WITH,  /* the first may be given only with the second */
};

enum { RULE_KEYS_MAX = 3, RULE_VALUES_MAX = 4 };

struct key_rule {
	enum key_rule_sort sort;
	/* NULL after the last; the first NULL ends a table. */
	const char *keys[RULE_KEYS_MAX + 1];
	/* It holds where the key `where`, of choices and with a fallback and
	 * KEY_PLAIN, has one of these values; NULL: always. */
	const char *where;
	const char *values[RULE_VALUES_MAX + 1];
};

struct config;
struct config_check;

enum schema_flags {
	SCHEMA_DEVICE = 1 << 0,   /* bound to a device: `device` or `match` */
	SCHEMA_OVER = 1 << 1,     /* must be over another node */
	SCHEMA_OBSERVES = 1 << 2, /* `start` is hotplug by default */
	SCHEMA_GROUP = 1 << 3,    /* has `of`; carried out by the resolver */
	SCHEMA_SIMULATED = 1 << 4, /* exists in simulations only */
	SCHEMA_STATE = 1 << 5,    /* `from`, `until`; by the resolver */
	SCHEMA_LOCATION = 1 << 6, /* `match` of facts; by the resolver */
	SCHEMA_TASK = 1 << 7,     /* may have `on-event` */
	SCHEMA_TUNNEL = 1 << 8,   /* one will do, whatever card it uses */
	/* Makes a device: has the key `name`, else the node's own name is the
	 * device's. */
	SCHEMA_MAKES = 1 << 9,
	/* Makes default routes, whose metrics follow from node_preference(). */
	SCHEMA_ROUTES = 1 << 10,
};

/* A fact that nodes of a kind give. */
struct schema_fact {
	const char *name; /* NULL ends a table */
	bool later;       /* may come after the node is up */
	const char *doc;
};

/*
 * The facts that have a meaning of their own, whichever kinds of this version
 * give them. A location may ask for these and for those of any schema.
 * name NULL ends it.
 */
extern const struct schema_fact common_facts[];

struct schema {
	const char *kind;
	const char *doc;
	unsigned flags;
	uint64_t timeout_ms;            /* default `timeout`; 0: none */
	const struct schema_key *keys;  /* NULL: none of its own */
	const struct schema_fact *facts; /* NULL: none */
	const struct key_rule *rules;    /* NULL: none */
	/*
	 * Finds what is wrong with values that are good each by itself, and
	 * tells config_wrong(); or NULL. It looks at nothing but the config:
	 * called when the profile is loaded and, where there are ${FACT} in
	 * values, again when they are known. Any key may be absent, also one
	 * that is required or has a fallback: its value is wrong, which has
	 * been said, or is not known yet.
	 */
	void (*check)(const struct config *config, struct config_check *check);
};

/* What the resolver carries out itself, without a provider. */
extern const struct schema schema_any, schema_all, schema_state,
    schema_location;
#define SCHEMA_RESOLVER (SCHEMA_GROUP | SCHEMA_STATE | SCHEMA_LOCATION)

/* A check of keys that name devices: what such a name must be, if it is not
 * one; else NULL. */
const char *device_name_check(const char *name);

struct text;

/*
 * The i-th, from 0, of the keys that nodes of this kind have besides its own;
 * NULL: there are no more. What is a reference, condition or event is a text
 * there; schema_common_sort() knows which.
 */
const struct schema_key *schema_common_key(
    const struct schema *schema, size_t i);

/* Of such a key, what its texts are: "node", "condition", "event", "hold" (a
 * duration, or forever); NULL: what its type says. */
const char *schema_common_sort(const struct schema_key *key);

/* Appends what a value of the key is, in words: "number from 68 to 65535,
 * default 1500". */
void schema_describe_key(const struct schema_key *key, struct text *text);

/* Appends a rule as a sentence: "Needs 'addresses' or 'prefix-from'." */
void schema_describe_rule(const struct key_rule *rule, struct text *text);

/* The parts of it: "'a', 'b' or 'c'" of the rule's keys, and "'action:
 * lookup' or 'action: goto'" of its values. */
void schema_describe_rule_keys(
    const struct key_rule *rule, const char *last, struct text *text);
void schema_describe_rule_values(
    const struct key_rule *rule, struct text *text);

struct secret {
	const char *file; /* path, or NULL */
	const char *text; /* the secret itself, or NULL */
};

struct value;

/*
 * The own keys of a node, validated. Lives as long as its profile. A kind may
 * have dozens of keys, of which a node gives two or three: it has the values of
 * these, and shares those of the others; see config_value().
 */
struct config {
	const struct schema_key *keys;
	const struct value *fallbacks; /* by the place in keys; shared */
	const struct value *given;     /* in the order of the text */
	uint32_t n_given;
};

struct value {
	uint32_t n; /* values given: 0 when absent, 1, or a list's length */
	uint16_t key; /* of one given: its place in keys */
	/* There is ${FACT} in it: of sections, in one of their values; else
	 * these are texts, as written, until the node's configuration is
	 * expanded. */
	bool has_facts;
	bool is_expanded; /* there was */
	/* n of them, by type: */
	union {
		const int64_t *numbers;      /* bool, integer, duration */
		/* text, node; of a mapping by domain, the n domains follow */
		const char *const *texts;
		const struct secret *secrets;
		const struct config *sections;
	};
};

/* That of the key at that place in config->keys. */
const struct value *config_value(const struct config *config, size_t key);

static inline const char *value_domain(const struct value *value, uint32_t i)
{
	return value->texts[value->n + i];
}

/* How many values the key has: 0 when it is absent (and has no fallback). */
uint32_t config_count(const struct config *config, const char *key);

/* Its value is known only when the node starts: it has ${FACT} in it. */
bool config_has_facts(const struct config *config, const char *key);

/* There was ${FACT} in it; now there is what it stands for. */
bool config_is_expanded(const struct config *config, const char *key);

/* The value of a single-valued key; absent: false, 0, 0, NULL, NULL, NULL. A
 * node is asked for as a text, as written. */
bool config_bool(const struct config *config, const char *key);
int64_t config_integer(const struct config *config, const char *key);
uint64_t config_duration_ms(const struct config *config, const char *key);
const char *config_text(const struct config *config, const char *key);
const struct secret *config_secret(const struct config *, const char *key);
const struct config *config_section(const struct config *, const char *key);

/* The place, from 0, of the key's value among its choices. */
uint32_t config_choice(const struct config *config, const char *key);

/* The i-th value (from 0, below config_count) of a key that is a list. */
const char *config_text_at(const struct config *, const char *key, uint32_t i);
int64_t config_integer_at(const struct config *, const char *key, uint32_t i);
const struct config *config_section_at(
    const struct config *, const char *key, uint32_t i);

/* The domain of that value, of a key that is a mapping by domain. */
const char *config_domain_at(
    const struct config *, const char *key, uint32_t i);

/* Who is told what a check of a kind finds: how that is done is theirs. */
struct config_check {
	void (*wrong)(struct config_check *, const struct config *config,
	    const char *key, uint32_t i, const char *text);
};

/* For such a check: the i-th value, from 0, of that key is wrong, and why, as
 * a message says it. config: what the check was called with, or a section in
 * it. The text names no secret, and is cut off after 255 bytes. */
void config_wrong(struct config_check *check, const struct config *config,
    const char *key, uint32_t i, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* True when both hold the same values; the keys must be the same table. */
bool config_equal(const struct config *a, const struct config *b);

/* The same, of those keys only that cannot change while the node is up. */
bool config_equal_fixed(const struct config *a, const struct config *b);
