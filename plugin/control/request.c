/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Deeper is nothing that this protocol has; json-glib's parser recurses. */
#define MAX_NESTING 32

#define BIT(n) (1u << (n))

enum {
    MEMBER_CODE,
    MEMBER_NAME,
    MEMBER_VCPU,
    MEMBER_DOCUMENT,
    MEMBER_TEXT,
    MEMBER_REQUEST,
    MEMBER_EVENTS,
    MEMBERS,
};

static const char *const member_names[MEMBERS] = {
    "code", "name", "vcpu", "document", "text", "request", "events",
};

/* What each operation has; the first is required where there is one. */
static const struct {
    const char *name;
    int required; /* or -1 */
    unsigned members;
} ops[FI_OPS] = {
    [FI_OP_HELLO] = { "hello", -1, 0 },
    [FI_OP_EVAL] = { "eval", MEMBER_CODE,
                     BIT(MEMBER_CODE) | BIT(MEMBER_NAME) | BIT(MEMBER_VCPU) },
    [FI_OP_XML] = { "xml", MEMBER_DOCUMENT,
                    BIT(MEMBER_DOCUMENT) | BIT(MEMBER_VCPU) },
    [FI_OP_RELOAD] = { "reload", -1, BIT(MEMBER_VCPU) },
    [FI_OP_STATUS] = { "status", -1, 0 },
    [FI_OP_TRIGGERS] = { "triggers", -1, 0 },
    [FI_OP_COMPLETE] = { "complete", MEMBER_TEXT, BIT(MEMBER_TEXT) },
    [FI_OP_HELP] = { "help", MEMBER_NAME, BIT(MEMBER_NAME) },
    [FI_OP_INTERRUPT] = { "interrupt", MEMBER_REQUEST, BIT(MEMBER_REQUEST) },
    [FI_OP_SUBSCRIBE] = { "subscribe", MEMBER_EVENTS, BIT(MEMBER_EVENTS) },
    [FI_OP_UNSUBSCRIBE] = { "unsubscribe", MEMBER_EVENTS, BIT(MEMBER_EVENTS) },
};

static const struct {
    const char *name;
    unsigned bit;
} event_names[] = {
    { "hits", FI_EVENT_HITS },
    { "journal", FI_EVENT_JOURNAL },
    { "console", FI_EVENT_CONSOLE },
};

const char *fi_op_name(FiOp op)
{
    return ops[op].name;
}

bool fi_event_by_name(const char *name, unsigned *ret)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(event_names); i++) {
        if (strcmp(name, event_names[i].name) == 0) {
            *ret = event_names[i].bit;
            return true;
        }
    }
    return false;
}

void fi_events_append(GString *text, unsigned events, bool as_text)
{
    const char *between = "";
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(event_names); i++) {
        if (events & event_names[i].bit) {
            g_string_append_printf(text, as_text ? "%s%s" : "%s\"%s\"", between,
                                   event_names[i].name);
            between = as_text ? " " : ",";
        }
    }
}

FiRequest *fi_request_new(FiOp op)
{
    FiRequest *r = g_new0(FiRequest, 1);

    r->refs = 1;
    r->op = op;
    r->reply = g_string_new(NULL);
    return r;
}

FiRequest *fi_request_ref(FiRequest *r)
{
    g_atomic_int_inc(&r->refs);
    return r;
}

void fi_request_unref(FiRequest *r)
{
    if (!g_atomic_int_dec_and_test(&r->refs)) {
        return;
    }
    g_string_free(r->reply, TRUE);
    g_free(r->id);
    g_free(r->text);
    g_free(r->name);
    g_free(r->error);
    g_free(r->attribute);
    g_free(r);
}

void fi_request_fail(FiRequest *r, const char *kind, const char *text)
{
    r->failed = true;
    r->kind = kind;
    g_free(r->error);
    r->error = g_strdup(text);
    g_string_truncate(r->reply, 0);
}

/* Parsing */

static bool refuse(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(GError **error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    *error = g_error_new_valist(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, fmt,
                                ap);
    va_end(ap);
    return false;
}

static bool check_nesting(const char *json, size_t len, GError **error)
{
    bool quoted = false;
    int depth = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        char c = json[i];

        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > MAX_NESTING) {
                return refuse(error,
                              "the request is nested more than %d levels deep",
                              MAX_NESTING);
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return true;
}

static char *list_of_ops(void)
{
    GString *text = g_string_new(NULL);
    int op;

    for (op = 0; op < FI_OPS; op++) {
        g_string_append_printf(text, "%s%s", op ? ", " : "", ops[op].name);
    }
    return g_string_free(text, FALSE);
}

static bool is_string(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_STRING;
}

static bool parse_op(JsonObject *o, FiOp *ret, GError **error)
{
    JsonNode *node = json_object_get_member(o, "op");
    g_autofree char *known = NULL;
    int op;

    if (!node || !is_string(node)) {
        return refuse(error, "the request has no string \"op\"");
    }
    for (op = 0; op < FI_OPS; op++) {
        if (strcmp(json_node_get_string(node), ops[op].name) == 0) {
            *ret = op;
            return true;
        }
    }
    known = list_of_ops();
    return refuse(error, "unknown op \"%s\" (known: %s)",
                  json_node_get_string(node), known);
}

static bool parse_vcpu(JsonNode *node, int *ret, GError **error)
{
    if (is_string(node) && strcmp(json_node_get_string(node), "none") == 0) {
        *ret = FI_ON_NO_VCPU;
        return true;
    }
    if (!JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) != G_TYPE_INT64 ||
        json_node_get_int(node) < 0 || json_node_get_int(node) > G_MAXINT) {
        return refuse(error, "\"vcpu\" is a number from 0 on, or \"none\"");
    }
    *ret = json_node_get_int(node);
    return true;
}

static bool parse_events(JsonNode *node, unsigned *ret, GError **error)
{
    JsonArray *list = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node)
                                                  : NULL;
    guint i;

    for (i = 0; list && i < json_array_get_length(list); i++) {
        JsonNode *e = json_array_get_element(list, i);
        unsigned bit;

        if (!is_string(e) || !fi_event_by_name(json_node_get_string(e), &bit)) {
            return refuse(error,
                          "\"events\": element %u is none of hits, "
                          "journal, console",
                          i);
        }
        *ret |= bit;
    }
    return list || refuse(error, "\"events\" is a list of names: hits, "
                                 "journal, console");
}

static bool parse_member(FiRequest *r, int member, JsonNode *node,
                         GError **error)
{
    if (member == MEMBER_VCPU) {
        return parse_vcpu(node, &r->vcpu, error);
    } else if (member == MEMBER_EVENTS) {
        return parse_events(node, &r->events, error);
    } else if (!is_string(node)) {
        return refuse(error, "\"%s\" is a string", member_names[member]);
    }
    if (member == MEMBER_NAME && r->op == FI_OP_EVAL) {
        r->name = g_strdup(json_node_get_string(node));
    } else {
        /* json-glib ends strings at a NUL */
        r->text = g_strdup(json_node_get_string(node));
        r->len = strlen(r->text);
    }
    return true;
}

static int member_by_name(FiOp op, const char *name)
{
    int m;

    for (m = 0; m < MEMBERS; m++) {
        if ((ops[op].members & BIT(m)) && strcmp(name, member_names[m]) == 0) {
            return m;
        }
    }
    return -1;
}

static bool parse_members(FiRequest *r, JsonObject *o, GError **error)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *node;
    unsigned seen = 0;

    json_object_iter_init(&it, o);
    while (json_object_iter_next(&it, &name, &node)) {
        int m = member_by_name(r->op, name);

        if (strcmp(name, "op") == 0) {
            continue;
        } else if (m < 0) {
            return refuse(error, "%s has no member \"%s\"", ops[r->op].name,
                          name);
        } else if (!parse_member(r, m, node, error)) {
            return false;
        }
        seen |= BIT(m);
    }
    if (ops[r->op].required >= 0 && !(seen & BIT(ops[r->op].required))) {
        return refuse(error, "%s needs a member \"%s\"", ops[r->op].name,
                      member_names[ops[r->op].required]);
    }
    return true;
}

static FiRequest *parse_object(JsonObject *o, GError **error)
{
    FiRequest *r;
    FiOp op = FI_OP_HELLO;

    if (!parse_op(o, &op, error)) {
        return NULL;
    }
    r = fi_request_new(op);
    if (!parse_members(r, o, error)) {
        fi_request_unref(r);
        return NULL;
    }
    return r;
}

/* Where they run that need no vCPU, whatever is asked for. */
static bool needs_no_vcpu(FiOp op)
{
    return op != FI_OP_EVAL && op != FI_OP_XML && op != FI_OP_RELOAD;
}

FiRequest *fi_request_parse(const char *id, const char *json, size_t len,
                            GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) why = NULL;
    FiRequest *r = NULL;
    JsonNode *root;

    if (!g_utf8_validate_len(json, len, NULL)) {
        refuse(error, "the request is not UTF-8 (or has a NUL byte)");
    } else if (check_nesting(json, len, error)) {
        if (!json_parser_load_from_data(parser, json, len, &why)) {
            refuse(error, "the request is not JSON: %s", why->message);
        } else if (!(root = json_parser_get_root(parser)) ||
                   !JSON_NODE_HOLDS_OBJECT(root)) {
            refuse(error, "the request is not a JSON object");
        } else {
            r = parse_object(json_node_get_object(root), error);
        }
    }
    if (r) {
        r->id = g_strdup(id);
        if (needs_no_vcpu(r->op)) {
            r->vcpu = FI_ON_NO_VCPU;
        }
    }
    return r;
}
