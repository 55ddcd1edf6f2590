/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/request.h"
#include "control/wire.h"

#include <string.h>

/* What clients send, cut into what they ask for: control/wire.c and
 * control/request.c. */

static const char *const kind_names[] = { "chunk",   "syntax",  "xml", "help",
                                          "command", "request", "bad" };

/* Everything that can be taken out by now, as "kind text|kind text|". */
static char *taken(FiWire *w)
{
    GString *out = g_string_new(NULL);
    FiWireItem *item;

    while ((item = fi_wire_next(w))) {
        g_string_append_printf(out, "%s %s%s%s|", kind_names[item->kind],
                               item->id ? item->id : "", item->id ? ":" : "",
                               item->text);
        fi_wire_item_free(item);
    }
    return g_string_free(out, FALSE);
}

static void feed(FiWire *w, const char *text)
{
    fi_wire_feed(w, text, strlen(text));
}

static void expect(FiWire *w, const char *text, const char *items)
{
    g_autofree char *got = NULL;

    feed(w, text);
    got = taken(w);
    g_assert_cmpstr(got, ==, items);
}

static void test_lines(void)
{
    FiWire *w = fi_wire_new();

    expect(w, "1+", "");
    expect(w, "1\n", "chunk 1+1\n|");
    expect(w, "x = 1\r\ny = 2\n", "chunk x = 1\r\n|chunk y = 2\n|");
    expect(w, "?on_pc\n#vcpu 1\n#'abc'\n",
           "help on_pc|command vcpu 1|chunk #'abc'\n|");
    expect(w, "\n  \n", "command |command |");
    fi_wire_free(w);
}

static void test_chunks(void)
{
    FiWire *w = fi_wire_new();

    expect(w, "for i = 1, 3 do\n", "");
    g_assert_cmpuint(fi_wire_chunk_lines(w), ==, 1);
    expect(w, "print(i)\n", "");
    g_assert_cmpuint(fi_wire_chunk_lines(w), ==, 2);
    expect(w, "?no help in a chunk\n",
           "syntax repl:3: unexpected symbol near '?'|");
    g_assert_cmpuint(fi_wire_chunk_lines(w), ==, 0);
    expect(w, "1 +\n2\n", "chunk 1 +\n2\n|");
    expect(w, "s = [[\n#vcpu\n]]\n", "chunk s = [[\n#vcpu\n]]\n|");
    expect(w, "x = 'abc\n", "syntax repl:1: unfinished string near ''abc'|");
    expect(w, "(\n#cancel\n1\n", "command cancel|");
    fi_wire_cancel(w);
    expect(w, "1\n", "chunk 1\n|");
    fi_wire_free(w);
}

static void test_interrupt(void)
{
    FiWire *w = fi_wire_new();

    feed(w, "while true do end\n1\n#inter");
    g_assert_false(fi_wire_take_interrupt(w));
    feed(w, "rupt\n2\n");
    g_assert_true(fi_wire_take_interrupt(w));
    g_assert_false(fi_wire_take_interrupt(w));
    expect(w, "", "chunk while true do end\n|chunk 1\n|chunk 2\n|");
    /* In a frame it is nothing special. */
    feed(w, "#framed 1\n1 12\n\n#interrupt\n");
    g_assert_false(fi_wire_take_interrupt(w));
    fi_wire_free(w);
}

static void test_document(void)
{
    FiWire *w = fi_wire_new();

    expect(w, " <a>\n<b/>\n", "");
    expect(w, "</a>\n1\n", "xml  <a>\n<b/>\n</a>\n|chunk 1\n|");
    expect(w, "<a>\n</b>\n1\n", "xml <a>\n</b>\n|chunk 1\n|");
    fi_wire_free(w);
}

static void test_limits(void)
{
    g_autofree char *line = g_strnfill(FI_WIRE_MAX_LINE + 10, 'x');
    FiWire *w = fi_wire_new();
    g_autofree char *got = NULL;
    int i;

    expect(w, line,
           "bad a line has more than 1048576 bytes: it was not "
           "executed; use dofile(\"FILE\"), or framed mode|");
    g_assert_cmpuint(fi_wire_buffered(w), ==, 0);
    expect(w, "more of it\n1\n", "chunk 1\n|");
    for (i = 0; i <= FI_WIRE_MAX_LINES; i++) {
        feed(w, i ? "1,\n" : "t = {\n");
    }
    got = taken(w);
    g_assert_true(g_str_has_prefix(got, "bad a chunk of more than 2000 lines"));
    expect(w, "1\n", "chunk 1\n|");
    fi_wire_free(w);
}

static void test_end(void)
{
    FiWire *w = fi_wire_new();

    feed(w, "x = 1\nx = 2");
    fi_wire_end(w);
    expect(w, "",
           "chunk x = 1\n|bad the last line does not end in a newline: it was "
           "not executed|");
    fi_wire_free(w);
    w = fi_wire_new();
    feed(w, "if x then\n");
    fi_wire_end(w);
    expect(w, "", "bad the last chunk is incomplete: it was not executed|");
    fi_wire_free(w);
}

static void test_bytes(void)
{
    static const char nul[] = "x = '\0'\n";
    FiWire *w = fi_wire_new();
    FiWireItem *item;

    fi_wire_feed(w, nul, sizeof(nul) - 1);
    item = fi_wire_next(w);
    g_assert_cmpint(item->kind, ==, FI_WIRE_CHUNK);
    g_assert_cmpmem(item->text, item->len, nul, sizeof(nul) - 1);
    fi_wire_item_free(item);
    expect(w, "\x1bLua\n",
           "syntax attempt to load a binary chunk (mode is 't')|");
    fi_wire_free(w);
}

static void test_frames(void)
{
    FiWire *w = fi_wire_new();
    const char *text = "a 5\nhellob-1.x_ 0\nc 3\n\n\n\n";
    const char *p;

    fi_wire_set_framed(w);
    expect(w, text, "request a:hello|request b-1.x_:|request c:\n\n\n|");
    for (p = text; p[1]; p++) {
        g_autofree char *got = NULL;

        fi_wire_feed(w, p, 1);
        got = taken(w);
        g_assert_true(*got == '\0' || g_str_has_prefix(got, "request "));
    }
    expect(w, "\n", "request c:\n\n\n|");
    fi_wire_free(w);
}

static void test_bad_frames(void)
{
    static const char *const headers[] = {
        "x\n",
        "1\n",
        "1 \n",
        " 5\n",
        "0 5\n",
        "1 -5\n",
        "1 5 5\n",
        "1 99999999\n",
        "1 16777217\n",
        "1 100000000000\n",
        "a/b 5\n",
        "\xff 5\n",
        "abcdefghijklmnopqrstuvwxyz1234567 5\n",
        "no newline within the sixty-four bytes that a header can ever have ",
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(headers); i++) {
        FiWire *w = fi_wire_new();
        g_autofree char *got = NULL;

        fi_wire_set_framed(w);
        feed(w, headers[i]);
        feed(w, "1 2\n{}");
        got = taken(w);
        g_assert_true(g_str_has_prefix(got, "bad not the header of a request"));
        g_assert_null(strstr(got, "|request"));
        expect(w, "1 2\n{}", "");
        fi_wire_free(w);
    }
}

static void refused(const char *json, const char *part)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(fi_request_parse("1", json, strlen(json), &error));
    g_assert_nonnull(strstr(error->message, part));
}

static void test_requests(void)
{
    const char *json = "{\"op\":\"eval\",\"code\":\"x\",\"vcpu\":2,"
                       "\"name\":\"n\"}";
    FiRequest *r = fi_request_parse("id", json, strlen(json), NULL);

    g_assert_cmpint(r->op, ==, FI_OP_EVAL);
    g_assert_cmpstr(r->id, ==, "id");
    g_assert_cmpstr(r->text, ==, "x");
    g_assert_cmpstr(r->name, ==, "n");
    g_assert_cmpint(r->vcpu, ==, 2);
    fi_request_unref(r);
    json = "{\"vcpu\":\"none\",\"op\":\"xml\",\"document\":\"\"}";
    r = fi_request_parse("id", json, strlen(json), NULL);
    g_assert_cmpint(r->vcpu, ==, FI_ON_NO_VCPU);
    fi_request_unref(r);
    json = "{\"op\":\"subscribe\",\"events\":[\"console\",\"hits\"]}";
    r = fi_request_parse("id", json, strlen(json), NULL);
    g_assert_cmpuint(r->events, ==, FI_EVENT_CONSOLE | FI_EVENT_HITS);
    fi_request_unref(r);
}

static void test_bad_requests(void)
{
    g_autofree char *deep = g_strnfill(1 << 20, '[');
    g_autofree char *hidden = g_strdup_printf("{\"op\":\"%s", deep);

    refused("", "not");
    refused("{", "not JSON");
    refused("[]", "not a JSON object");
    refused("\xff", "not UTF-8");
    refused("{}", "no string \"op\"");
    refused("{\"op\":1}", "no string \"op\"");
    refused("{\"op\":\"x\"}", "unknown op \"x\" (known: hello, eval, xml");
    refused("{\"op\":\"eval\"}", "needs a member \"code\"");
    refused("{\"op\":\"eval\",\"code\":null}", "\"code\" is a string");
    refused("{\"op\":\"eval\",\"code\":\"\",\"text\":\"\"}",
            "eval has no member \"text\"");
    refused("{\"op\":\"reload\",\"vcpu\":1.5}", "\"vcpu\" is a number");
    refused("{\"op\":\"reload\",\"vcpu\":-1}", "\"vcpu\" is a number");
    refused("{\"op\":\"subscribe\",\"events\":[\"x\"]}", "element 0");
    refused(deep, "nested more than 32 levels");
    refused(hidden, "not JSON");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/lines", test_lines);
    g_test_add_func("/wire/chunks", test_chunks);
    g_test_add_func("/wire/interrupt", test_interrupt);
    g_test_add_func("/wire/document", test_document);
    g_test_add_func("/wire/limits", test_limits);
    g_test_add_func("/wire/end", test_end);
    g_test_add_func("/wire/bytes", test_bytes);
    g_test_add_func("/wire/frames", test_frames);
    g_test_add_func("/wire/bad_frames", test_bad_frames);
    g_test_add_func("/request/good", test_requests);
    g_test_add_func("/request/bad", test_bad_requests);
    return g_test_run();
}
