# SPDX-License-Identifier: GPL-2.0-or-later
#
# The devices of the QEMU that ./fi builds. QEMU's default for this target is some 40 boards; choosing makes the build
# about twice as fast.

# AArch64: GICv2 and GICv3, SMMUv3, PL011, PCIe and virtio-mmio come with it
CONFIG_ARM_VIRT=y
# Cortex-M3
CONFIG_STM32VLDISCOVERY=y
# Cortex-M3 (mps2-an385) and Cortex-M33 (mps2-an521)
CONFIG_MPS2=y

CONFIG_PCIE_PORT=y
CONFIG_NVME_PCI=y
CONFIG_EDU=y
CONFIG_VIRTIO_PCI=y
CONFIG_VIRTIO_BLK=y
CONFIG_VIRTIO_NET=y
CONFIG_VIRTIO_SERIAL=y
CONFIG_VIRTIO_RNG=y

# Not wanted, but the linker wants them: NVMe calls the first, the ACPI tables of virt the others
CONFIG_SPDM_SOCKET=y
CONFIG_PXB=y
CONFIG_CXL=y
CONFIG_CXL_MEM_DEVICE=y
