/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"

#include <inttypes.h>
#include <string.h>

#include "../bindings/impl.h"
#include "../fi.h"
#include "../json_text.h"
#include "server.h"

gint fi_feed_mask;

static void add_string(GString *json, const char *key, const char *value)
{
    g_string_append_printf(json, ",\"%s\":", key);
    fi_json_string(json, value, strlen(value));
}

void fi_feed_hit(const FiContext *c)
{
    const FiTrigger *t = c->trigger;
    g_autoptr(GString) json = g_string_new("{\"event\":\"hit\"");
    g_autofree char *text = NULL;
    uint64_t pc;
    bool has_pc = fi_context_pc(c, &pc);
    int64_t now = fi_now_ns();
    int vcpu = c->vcpu ? (int)c->vcpu->index : -1;
    char where[40] = "";

    add_string(json, "trigger", t->name);
    add_string(json, "kind", fi_kind_name(t->spec.kind));
    g_string_append_printf(json, ",\"vcpu\":");
    g_string_append_printf(json, vcpu < 0 ? "null" : "%d", vcpu);
    if (has_pc) {
        g_string_append_printf(json, ",\"pc\":\"0x%" PRIx64 "\"", pc);
        g_snprintf(where, sizeof(where), " at 0x%" PRIx64, pc);
    } else {
        g_string_append(json, ",\"pc\":null");
    }
    g_string_append_printf(json, ",\"hits\":%" PRIu64, c->hits);
    g_string_append_printf(
        json, now < 0 ? ",\"t\":null}" : ",\"t\":%" PRId64 "}", now);
    text = g_strdup_printf("hit %s%s, vCPU %d, hits %" PRIu64, t->name, where,
                           vcpu, c->hits);
    fi_server_broadcast(FI_EVENT_HITS, json->str, text);
}

void fi_feed_journal(const char *line, size_t len)
{
    g_autoptr(GString) json = g_string_new("{\"event\":\"journal\",\"line\":");
    g_autofree char *text = NULL;

    g_string_append_len(json, line, len);
    text = g_strdup_printf("journal %s", json->str + (json->len - len));
    g_string_append_c(json, '}');
    fi_server_broadcast(FI_EVENT_JOURNAL, json->str, text);
}

GString *fi_feed_print(const char *trigger, const char *text, size_t len)
{
    GString *json = g_string_new("{\"event\":\"print\",\"text\":");

    fi_json_string(json, text, len);
    if (trigger) {
        add_string(json, "trigger", trigger);
    }
    return g_string_append_c(json, '}');
}

void fi_feed_console(const char *device, const char *type, char byte)
{
    fi_server_console(device, type, byte);
}
