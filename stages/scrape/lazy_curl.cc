// The functions of libcurl that this folder calls, each of which hands on to the library's own.
// That is loaded at the first call: it brings two dozen libraries, which would take every command
// some ten milliseconds to start, and only `scrape` needs them. To call one more, add it here.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <string>

#include "pipeline/error.h"

// In the header they are macros, too.
#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt

namespace owt::scrape {
namespace {

void* Library() {
  static void* const library = [] {
    void* const loaded = dlopen(OWT_LIBCURL, RTLD_NOW | RTLD_LOCAL);
    if (loaded != nullptr) return loaded;
    throw Error(ErrorKind::kExternal, std::string("libcurl cannot be loaded: ") + dlerror());
  }();
  return library;
}

template <class Function>
Function* Find(const char* name) {
  void* const found = dlsym(Library(), name);
  if (found != nullptr) return reinterpret_cast<Function*>(found);
  throw Error(ErrorKind::kExternal, std::string(OWT_LIBCURL) + " has no " + name);
}

template <class Result, class First, class... Rest>
First FirstParameter(Result (*function)(First, Rest...));

// `const` or not: that depends on the version.
using ReadUrl = decltype(FirstParameter(&curl_url_get));

}  // namespace
}  // namespace owt::scrape

using owt::scrape::Find;
using owt::scrape::ReadUrl;

#define OWT_HAND_ON(function, ...)                                    \
  static auto* const its_own = Find<decltype(::function)>(#function); \
  return its_own(__VA_ARGS__)

extern "C" {

CURLcode curl_global_init(long flags) { OWT_HAND_ON(curl_global_init, flags); }

CURL* curl_easy_init() { OWT_HAND_ON(curl_easy_init); }

void curl_easy_cleanup(CURL* easy) { OWT_HAND_ON(curl_easy_cleanup, easy); }

CURLM* curl_multi_init() { OWT_HAND_ON(curl_multi_init); }

CURLMcode curl_multi_cleanup(CURLM* multi) { OWT_HAND_ON(curl_multi_cleanup, multi); }

CURLMcode curl_multi_add_handle(CURLM* multi, CURL* easy) {
  OWT_HAND_ON(curl_multi_add_handle, multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM* multi, CURL* easy) {
  OWT_HAND_ON(curl_multi_remove_handle, multi, easy);
}

CURLMcode curl_multi_assign(CURLM* multi, curl_socket_t socket, void* known) {
  OWT_HAND_ON(curl_multi_assign, multi, socket, known);
}

CURLMcode curl_multi_socket_action(CURLM* multi, curl_socket_t socket, int mask, int* running) {
  OWT_HAND_ON(curl_multi_socket_action, multi, socket, mask, running);
}

CURLMsg* curl_multi_info_read(CURLM* multi, int* left) {
  OWT_HAND_ON(curl_multi_info_read, multi, left);
}

const char* curl_multi_strerror(CURLMcode code) { OWT_HAND_ON(curl_multi_strerror, code); }

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  OWT_HAND_ON(curl_slist_append, list, text);
}

void curl_slist_free_all(curl_slist* list) { OWT_HAND_ON(curl_slist_free_all, list); }

time_t curl_getdate(const char* text, const time_t* unused) {
  OWT_HAND_ON(curl_getdate, text, unused);
}

void curl_free(void* memory) { OWT_HAND_ON(curl_free, memory); }

CURLU* curl_url() { OWT_HAND_ON(curl_url); }

void curl_url_cleanup(CURLU* url) { OWT_HAND_ON(curl_url_cleanup, url); }

CURLUcode curl_url_get(ReadUrl url, CURLUPart part, char** text, unsigned flags) {
  OWT_HAND_ON(curl_url_get, url, part, text, flags);
}

CURLUcode curl_url_set(CURLU* url, CURLUPart part, const char* text, unsigned flags) {
  OWT_HAND_ON(curl_url_set, url, part, text, flags);
}

// Whatever stands behind the option has the size of a pointer; libcurl itself reads it so.
#define OWT_HAND_ON_OPTION(function, handle, option) \
  va_list arguments;                                 \
  va_start(arguments, option);                       \
  void* const value = va_arg(arguments, void*);      \
  va_end(arguments);                                 \
  OWT_HAND_ON(function, handle, option, value)

CURLcode curl_easy_setopt(CURL* easy, CURLoption option, ...) {
  OWT_HAND_ON_OPTION(curl_easy_setopt, easy, option);
}

CURLcode curl_easy_getinfo(CURL* easy, CURLINFO info, ...) {
  OWT_HAND_ON_OPTION(curl_easy_getinfo, easy, info);
}

CURLMcode curl_multi_setopt(CURLM* multi, CURLMoption option, ...) {
  OWT_HAND_ON_OPTION(curl_multi_setopt, multi, option);
}

}  // extern "C"
