// libcurl for Swift, which cannot call variadic functions nor read macros that are casts.

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdbool.h>

// Options of a transfer, one function a kind of value.

static inline CURLcode shim_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*shim_bytes)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode shim_set_bytes_function(CURL *easy, CURLoption option, shim_bytes function) {
    return curl_easy_setopt(easy, option, function);
}

typedef int (*shim_before_request)(void *context, char *peer, char *local, int peer_port, int local_port);

static inline CURLcode shim_set_before_request(CURL *easy, shim_before_request function) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

typedef int (*shim_on_socket)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode shim_set_on_socket(CURL *easy, shim_on_socket function) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, function);
}

static inline CURLcode shim_only_http(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static inline CURLcode shim_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

// A share of TLS sessions, for one thread: it has no locks.

static inline CURLSH *shim_session_share(void) {
    CURLSH *share = curl_share_init();
    if (share != NULL) {
        curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    }
    return share;
}

// The multi handle.

static inline CURLMcode shim_set_multi_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline bool shim_next_finished(CURLM *multi, CURL **easy, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *easy = message->easy_handle;
            *result = message->data.result;
            return true;
        }
    }
    return false;
}

static inline void shim_global_init(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static const long shim_tls_1_2 = CURL_SSLVERSION_TLSv1_2;
static const long shim_http_1_1 = CURL_HTTP_VERSION_1_1;
static const int shim_go_on = CURL_PREREQFUNC_OK;
static const int shim_abort = CURL_PREREQFUNC_ABORT;
static const size_t shim_error_size = CURL_ERROR_SIZE;
