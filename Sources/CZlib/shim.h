// zlib for Swift, which cannot call the macros that begin to inflate.

#include <zlib.h>

// 15 is the largest window; 16 more asks for gzip's header and check sum instead of zlib's.
static inline int shim_begin_gunzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
