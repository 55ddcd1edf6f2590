/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_XML_H
#define FI_XML_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fault documents: XML whose <Fault …/> elements each say what is done to the
 * guest, and when.  Neither QEMU nor Lua is known here; lua/xml.lua makes a
 * scenario of what this reads.
 */

/* A longer document is refused. */
#define FI_XML_MAX_SIZE (16 * 1024 * 1024)
/* Elements within elements. */
#define FI_XML_MAX_DEPTH 64

typedef enum FiXmlTrigger {
    FI_XML_ON_PC,
    FI_XML_ON_SYS_REG,
    FI_XML_ON_RAM,
    FI_XML_ON_MMIO,
    FI_XML_ON_TIMER,
} FiXmlTrigger;

typedef enum FiXmlTarget {
    FI_XML_NO_TARGET,
    FI_XML_CPU_REG,
    FI_XML_RAM,
    FI_XML_MMIO,
    FI_XML_IRQ,
    FI_XML_EXCP,
    FI_XML_CUSTOM,
} FiXmlTarget;

typedef enum FiXmlIrqType {
    FI_XML_SPI,
    FI_XML_PPI,
    FI_XML_SGI,
} FiXmlIrqType;

/* A fault in which everything has been checked that needs no machine. */
typedef struct FiXmlFault {
    unsigned line; /* where its element begins, from 1 */
    FiXmlTrigger trigger;
    FiXmlTarget target;         /* of RAM's short form: FI_XML_RAM */
    uint64_t target_data;       /* of MMIO and RAM: the address */
    uint64_t trigger_condition; /* unless FI_XML_ON_SYS_REG */
    char *sys_reg;              /* FI_XML_ON_SYS_REG: the register's name */
    uint64_t fault_data;
    unsigned size; /* 1, 2, 4 or 8 where the target is RAM */
    int cpu;       /* -1: none was given */
    FiXmlIrqType irq_type;
    char *fault_name; /* NULL: none */
} FiXmlFault;

typedef struct FiXmlError {
    unsigned line;         /* from 1 */
    const char *attribute; /* NULL: none is at fault */
    char *message;         /* says what is wrong, and what to write instead */
} FiXmlError;

typedef enum FiXmlState {
    FI_XML_INCOMPLETE, /* more has to come */
    FI_XML_COMPLETE,   /* the root element has ended */
    FI_XML_MALFORMED,  /* no XML, whatever may come */
} FiXmlState;

/*
 * A document that arrives in pieces.  Feeding costs time in proportion to the
 * piece.  What is wrong with a fault does not make the document malformed:
 * its end can still be found, and fi_xml_finish() tells.
 */
typedef struct FiXml FiXml;

FiXml *fi_xml_new(void);
void fi_xml_free(FiXml *x);
/* @text may end anywhere, in the middle of a character too. */
FiXmlState fi_xml_feed(FiXml *x, const char *text, size_t len);
/* Nothing more will come.  The document's FiXmlFaults in their order, or NULL
 * if it is wrong anywhere; see fi_xml_error().  @x owns them. */
const GPtrArray *fi_xml_finish(FiXml *x);
/* The first thing that is wrong, or NULL. */
const FiXmlError *fi_xml_error(const FiXml *x);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FiXml, fi_xml_free)

#endif
