# SPDX-License-Identifier: GPL-2.0

# amd64 or arm64: the machine that demo and bench run, and modules is for
ARCH ?= amd64
# Debian's kernel that modules is for: backports, 6.12 or 6.1
KERNEL ?= backports

.PHONY: help
help:
	@echo 'make demo              show the heaps at work on a real kernel, in an emulated machine'
	@echo 'make demo ARCH=arm64   the same on arm64, with three regions'
	@echo 'make modules           build the modules for a kernel of a guest (ARCH=arm64, KERNEL=6.12), and print where they are'
	@echo 'make lib               build the library, the command and the tests of both, in build/unit'
	@echo 'make check             run every test (an hour)'
	@echo "make check ONLY='uapi*arm64*,lint'   run these suites (also with check-debug and check-long)"
	@echo 'make list-suites       list the names of the suites'
	@echo 'make check-quick       run seven suites, of most parts (7 minutes)'
	@echo 'make lint              check the style of all files'
	@echo 'make compatibility     write what the last check found on each kernel into docs/compatibility.md'
	@echo 'make check-debug       run them on kernels that look closely (an hour; 20 minutes more to build them)'
	@echo 'make check-long        run the tests that take hours'
	@echo 'make check-races       look for data races, on a kernel that watches for them (10 minutes; 10 more to build it)'
	@echo 'make coverage          which lines of the modules the tests execute, into docs/testing.md (an hour)'
	@echo 'make deb               build the Debian packages, in build/deb'
	@echo 'make bench             measure our heaps beside the ones of mainline (ARCH=arm64, ACCEL=kvm)'
	@echo 'make bench-sync        count the cache maintenance of a frame, beside mainline'
	@echo 'make clean             delete what was built (the cache of roots and kernels stays)'

.PHONY: demo
demo:
	@demo/run $(ARCH)

.PHONY: modules
modules:
	@vm/modules $(ARCH) $(KERNEL)

.PHONY: lib
lib:
	@[ -f build/unit/build.ninja ] || vm/in-root -- meson setup --werror build/unit
	@vm/in-root -- ninja -C build/unit

.PHONY: check
check:
	@scripts/check

.PHONY: list-suites
list-suites:
	@echo '# make check'; LIST=1 scripts/check
	@echo '# make check-debug'; LIST=1 scripts/check-debug
	@echo '# make check-long'; LIST=1 scripts/check-long

.PHONY: check-quick
check-quick:
	@ONLY='unit tests,library outside,uapi amd64 6.12,dma amd64*,command amd64 6.1,documents,scripts' scripts/check

.PHONY: lint
lint:
	@scripts/lint

.PHONY: compatibility
compatibility:
	@scripts/compatibility --write

.PHONY: check-debug
check-debug:
	@scripts/check-debug

.PHONY: check-long
check-long:
	@scripts/check-long

.PHONY: check-races
check-races:
	@tests/races/run

.PHONY: coverage
coverage:
	@tests/coverage/run --write

.PHONY: deb
deb:
	@packaging/build-deb

.PHONY: bench
bench:
	@bench/run $(ARCH)

.PHONY: bench-sync
bench-sync:
	@bench/run-sync
	@bench/check-sync

.PHONY: clean
clean:
	rm -rf --one-file-system build
