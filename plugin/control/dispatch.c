/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dispatch.h"

#include <pthread.h>

#include "../fi.h"
#include "../instrument_impl.h"
#include "control.h"
#include "server.h"
#include "session.h"

/*
 * Requests on their way: from the I/O thread to the vCPU that they name, or to
 * the worker, and back.  The worker does what needs no vCPU, and may have to
 * wait for the Lua lock and for QEMU.
 */

/* How long requests may follow each other on a vCPU that has QEMU's big lock. */
#define SHIFT_US 20000

static struct {
    bool started;
    gint rests; /* atomic: a vCPU does, since this was last looked at */

    pthread_mutex_t lock; /* guards what follows */
    GQueue *waiting;      /* of FiRequest: of each vCPU, then the worker's */
    GQueue finished;
    bool ready;    /* there are vCPUs */
    bool quiesced; /* nothing is executed any more */
    bool working;  /* the worker is at a request */
    pthread_cond_t work, idle;
} dispatch = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .work = PTHREAD_COND_INITIALIZER,
    .idle = PTHREAD_COND_INITIALIZER,
};

static GQueue *queue_of(int vcpu)
{
    return &dispatch.waiting[vcpu == FI_ON_NO_VCPU ? (int)fi.max_vcpus : vcpu];
}

/* It is done, and the queue of finished ones takes it over. */
static void finish(FiRequest *r)
{
    r->finished_us = g_get_monotonic_time();
    g_atomic_int_set(&r->state, FI_REQUEST_DONE);
    pthread_mutex_lock(&dispatch.lock);
    g_queue_push_tail(&dispatch.finished, r);
    pthread_mutex_unlock(&dispatch.lock);
    fi_server_wake();
}

static FiRequest *take_waiting(int vcpu)
{
    GQueue *q = queue_of(vcpu);
    FiRequest *r = NULL;

    pthread_mutex_lock(&dispatch.lock);
    if (!dispatch.quiesced) {
        r = g_queue_pop_head(q);
    }
    if (r) {
        g_atomic_int_set(&r->state, FI_REQUEST_RUNS);
    }
    if (vcpu != FI_ON_NO_VCPU && g_queue_is_empty(q)) {
        g_atomic_int_set(&fi_vcpus[vcpu].has_requests, 0);
    }
    pthread_mutex_unlock(&dispatch.lock);
    return r;
}

/* Looks under the lock and not at has_requests: who has just said that it will
 * come no more (the gate is shut, the vCPU idles) must not overlook one. */
static bool run_next(FiVcpu *v, FiOutcome *out)
{
    FiRequest *r = fi_control_is_on() ? take_waiting(v->index) : NULL;

    if (r) {
        fi_script_run_request(r, v, out);
        finish(r);
    }
    return r;
}

void fi_control_run(FiVcpu *v, FiOutcome *out)
{
    while (run_next(v, out)) {
    }
}

void fi_control_run_for_a_while(FiVcpu *v, FiOutcome *out)
{
    gint64 end = g_get_monotonic_time() + SHIFT_US;

    while (!g_atomic_int_get(&v->rests) && run_next(v, out)) {
        if (g_get_monotonic_time() >= end) {
            g_atomic_int_set(&v->rests, 1);
            g_atomic_int_set(&dispatch.rests, 1);
            fi_server_wake();
        }
    }
}

static const char *unreachable(FiVcpu *v)
{
    if (fi_has(FI_CAP_VCPU_WORK)) {
        return NULL; /* vcpu_work() finds out, on the vCPU's thread */
    } else if (!g_atomic_int_get(&v->running)) {
        return "the vCPU does not execute (it is halted, switched off or "
               "stopped), and this QEMU cannot reach it then; it is done when "
               "it executes. A QEMU with qemu-patches/ applied, which ./fi "
               "setup builds, can";
    }
    return NULL;
}

void fi_dispatch_tell(FiRequest *r, const char *why)
{
    if (!r->told_waiting) {
        r->told_waiting = true;
        fi_session_tell_waiting(r->session, r, why);
        fi_server_wake();
    }
}

void fi_control_tell_waiting(FiVcpu *v, const char *why)
{
    GList *l;

    if (!g_atomic_int_get(&v->has_requests)) {
        return;
    }
    pthread_mutex_lock(&dispatch.lock);
    for (l = queue_of(v->index)->head; l; l = l->next) {
        fi_dispatch_tell(l->data, why);
    }
    pthread_mutex_unlock(&dispatch.lock);
}

void fi_dispatch_submit(FiRequest *r)
{
    const char *why = NULL;
    bool ready;

    if (r->vcpu != FI_ON_NO_VCPU && r->vcpu >= (int)fi.n_vcpus) {
        g_autofree char *text = g_strdup_printf("no vCPU %d: there are %u",
                                                r->vcpu, fi.n_vcpus);

        fi_request_fail(r, "request", text);
        finish(r);
        return;
    }
    pthread_mutex_lock(&dispatch.lock);
    g_queue_push_tail(queue_of(r->vcpu), r);
    ready = dispatch.ready;
    if (r->vcpu == FI_ON_NO_VCPU) {
        pthread_cond_signal(&dispatch.work);
    } else {
        g_atomic_int_set(&fi_vcpus[r->vcpu].has_requests, 1);
        why = unreachable(&fi_vcpus[r->vcpu]);
        if (why) {
            fi_dispatch_tell(r, why);
        }
    }
    pthread_mutex_unlock(&dispatch.lock);
    if (r->vcpu != FI_ON_NO_VCPU && ready) {
        fi_instrument_ring(&fi_vcpus[r->vcpu]);
    }
}

bool fi_dispatch_interrupt(FiRequest *r)
{
    bool waited;

    pthread_mutex_lock(&dispatch.lock);
    waited = g_queue_remove(queue_of(r->vcpu), r);
    pthread_mutex_unlock(&dispatch.lock);
    if (waited) {
        fi_request_fail(r, "interrupted", "interrupted before it began");
        finish(r);
        return true;
    }
    g_atomic_int_set(&r->interrupted, 1);
    return g_atomic_int_get(&r->state) == FI_REQUEST_RUNS;
}

void fi_control_machine_ready(void)
{
    unsigned i;

    if (!fi_control_is_on()) {
        return;
    }
    pthread_mutex_lock(&dispatch.lock);
    dispatch.ready = true;
    pthread_cond_broadcast(&dispatch.work);
    pthread_mutex_unlock(&dispatch.lock);
    for (i = 0; i < fi.n_vcpus; i++) {
        if (g_atomic_int_get(&fi_vcpus[i].has_requests)) {
            fi_instrument_ring(&fi_vcpus[i]);
        }
    }
}

/* The worker */

static FiRequest *next_work(void)
{
    GQueue *q = queue_of(FI_ON_NO_VCPU);
    FiRequest *r = NULL;

    pthread_mutex_lock(&dispatch.lock);
    dispatch.working = false;
    pthread_cond_broadcast(&dispatch.idle);
    while (!dispatch.quiesced && (!dispatch.ready || g_queue_is_empty(q))) {
        pthread_cond_wait(&dispatch.work, &dispatch.lock);
    }
    if (!dispatch.quiesced) {
        r = g_queue_pop_head(q);
        g_atomic_int_set(&r->state, FI_REQUEST_RUNS);
        dispatch.working = true;
    }
    pthread_mutex_unlock(&dispatch.lock);
    return r;
}

static void *worker_main(void *opaque)
{
    FiRequest *r;

    while ((r = next_work())) {
        fi_script_run_request(r, NULL, NULL);
        fi_settle_on_no_vcpu();
        finish(r);
    }
    return opaque;
}

/*
 * The worker may be waiting for QEMU's big lock, which the caller may have:
 * then it will not get anywhere any more, and is left there.
 */
void fi_control_quiesce(const struct timespec *until)
{
    if (!dispatch.started) {
        return;
    }
    fi_script_interrupt_requests();
    pthread_mutex_lock(&dispatch.lock);
    dispatch.quiesced = true;
    pthread_cond_broadcast(&dispatch.work);
    while (dispatch.working &&
           pthread_cond_timedwait(&dispatch.idle, &dispatch.lock, until) == 0) {
    }
    pthread_mutex_unlock(&dispatch.lock);
}

void fi_dispatch_take_finished(GPtrArray *to)
{
    FiRequest *r;

    pthread_mutex_lock(&dispatch.lock);
    while ((r = g_queue_pop_head(&dispatch.finished))) {
        g_ptr_array_add(to, r);
    }
    pthread_mutex_unlock(&dispatch.lock);
}

void fi_dispatch_take_rest(GPtrArray *to)
{
    FiRequest *r;
    unsigned i;

    fi_dispatch_take_finished(to);
    pthread_mutex_lock(&dispatch.lock);
    for (i = 0; i <= fi.max_vcpus; i++) {
        while ((r = g_queue_pop_head(&dispatch.waiting[i]))) {
            fi_request_fail(r, "ended",
                            "QEMU has ended before it could be done");
            g_ptr_array_add(to, r);
        }
    }
    pthread_mutex_unlock(&dispatch.lock);
}

bool fi_dispatch_has_new_rests(void)
{
    return g_atomic_int_compare_and_exchange(&dispatch.rests, 1, 0);
}

void fi_dispatch_end_rests(void)
{
    unsigned i;

    for (i = 0; i < fi.n_vcpus; i++) {
        FiVcpu *v = &fi_vcpus[i];

        if (g_atomic_int_compare_and_exchange(&v->rests, 1, 0) &&
            g_atomic_int_get(&v->has_requests)) {
            fi_instrument_ring(v);
        }
    }
}

bool fi_dispatch_start(void)
{
    pthread_t worker;

    dispatch.waiting = g_new0(GQueue, fi.max_vcpus + 1);
    dispatch.started = fi_server_thread(&worker, worker_main);
    if (dispatch.started) {
        pthread_detach(worker);
    }
    return dispatch.started;
}
