#ifndef STILE_FUZZER_H
#define STILE_FUZZER_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's own loop, as its documentation names it for programs that have a main of their own.
int LLVMFuzzerRunDriver(
    int *argument_count, char ***arguments, int (*one_input)(const uint8_t *data, size_t size));

#endif
