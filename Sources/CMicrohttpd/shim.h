// GNU libmicrohttpd, with what Swift cannot call: functions with a variable number of arguments.
#ifndef ASSAY_CMICROHTTPD_SHIM_H
#define ASSAY_CMICROHTTPD_SHIM_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// Bounds of a server.
struct assay_http_limits {
  unsigned int threads;
  unsigned int connections;
  /// Seconds without a byte after which a connection is closed.
  unsigned int idle_seconds;
  /// Bytes of the request line and the headers together.
  size_t header_bytes;
};

/// The functions that a server calls.
struct assay_http_callbacks {
  /// Sees the request's target as it came; what it gives is the request's context.
  void *(*begin)(void *context, const char *target, struct MHD_Connection *connection);
  MHD_AccessHandlerCallback handle;
  MHD_RequestCompletedCallback end;
};

/// Opens a socket that listens on an address in numbers; 0 for the port lets the system choose.
/// Gives -1 where the text is no address, -2 where the socket cannot be had.
static inline int assay_http_listen(const char *text, uint16_t port) {
  struct sockaddr_storage address;
  struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
  memset(&address, 0, sizeof address);
  socklen_t size = sizeof *v4;
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
  } else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    size = sizeof *v6;
  } else {
    return -1;
  }
  const int one = 1;
  const int file = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0) return -2;
  if (setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
      bind(file, (const struct sockaddr *)&address, size) != 0 || listen(file, 1024) != 0) {
    close(file);
    return -2;
  }
  return file;
}

/// The port that a socket listens on.
static inline uint16_t assay_http_port(int file) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(file, (struct sockaddr *)&address, &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                             : ((struct sockaddr_in *)&address)->sin_port);
}

/// Starts a server on a listening socket, which it closes in the end; null where it cannot.
static inline struct MHD_Daemon *assay_http_start(int file, const struct assay_http_limits *limits,
                                                  const struct assay_http_callbacks *callbacks,
                                                  void *context) {
  const unsigned int flags =
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
  // One thread is not a pool to the library.
  const unsigned int pool = limits->threads > 1 ? limits->threads : 0;
  return MHD_start_daemon(
      flags, 0, NULL, NULL, callbacks->handle, context, MHD_OPTION_LISTEN_SOCKET, file,
      MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_CONNECTION_LIMIT, limits->connections,
      MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      limits->header_bytes, MHD_OPTION_URI_LOG_CALLBACK, callbacks->begin, context,
      MHD_OPTION_NOTIFY_COMPLETED, callbacks->end, context, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_END);
}

/// An answer that is a part of a file, read as it is sent; null where the file is gone.
static inline struct MHD_Response *assay_http_file(const char *path, uint64_t offset,
                                                   uint64_t count) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(count, file, offset);
  if (!response) close(file);
  return response;
}

/// Writes the client's address in numbers; 0 where there is none.
static inline int assay_http_client(struct MHD_Connection *connection, char *text, socklen_t size) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (!info || !info->client_addr) return 0;
  const struct sockaddr *address = info->client_addr;
  const void *number = address->sa_family == AF_INET6
                           ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                           : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
  return inet_ntop(address->sa_family, number, text, size) != NULL;
}

#endif
