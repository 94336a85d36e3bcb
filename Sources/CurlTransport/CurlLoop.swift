internal import CCurl
internal import HTTPTransport
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The one thread that touches libcurl: takes jobs in, drives them all, gives results out.
///
/// Unchecked, because the multi handle and the share are used by that thread alone, but for `curl_multi_wakeup`,
/// which libcurl allows from any.
final class CurlLoop: @unchecked Sendable {
    /// What is the same for every transfer.
    struct Settings: Sendable {
        let trust: CertificateTrust
        let proxies: ProxyChoice
    }

    private struct Inbox {
        var jobs: [CurlJob] = []
        var isStopped = false
    }

    private static let initialised: Void = shim_global_init()
    /// Connections kept when idle; libcurl's own rule, four for each transfer at work, would drop the warmed ones.
    private static let keptConnections = 32

    private let settings: Settings
    private let multi: UnsafeMutableRawPointer?
    private let share: UnsafeMutableRawPointer?
    private let inbox = Mutex(Inbox())

    init(settings: Settings) {
        Self.initialised
        self.settings = settings
        multi = curl_multi_init()
        share = shim_session_share()
        _ = shim_set_multi_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnections)
    }

    /// Starts the thread, which keeps this object until it is stopped.
    func start() {
        // Signals stay with the threads that expect them; SIGPIPE would come here, from a write to a closed TLS
        // connection.
        var every = sigset_t()
        var before = sigset_t()
        sigfillset(&every)
        pthread_sigmask(SIG_SETMASK, &every, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let context = Unmanaged.passRetained(self).toOpaque()
        guard pthread_create(&thread, nil, CurlLoop.main, context) == 0 else {
            Unmanaged<CurlLoop>.fromOpaque(context).release()
            stop()
            return
        }
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
    }

    /// Takes a job; its result comes later, or at once when there is no thread.
    func submit(_ job: CurlJob) {
        let isTaken = inbox.withLock { inbox in
            if !inbox.isStopped { inbox.jobs.append(job) }
            return !inbox.isStopped
        }
        guard isTaken else {
            let reason = "the system gave no thread for the network"
            job.finish(.failure(HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: reason)))
            return
        }
        wake()
    }

    /// Makes the thread look at its inbox and at cancellations.
    func wake() {
        curl_multi_wakeup(multi)
    }

    /// Ends the thread; nobody waits for a job then, since waiting keeps the transport.
    func stop() {
        inbox.withLock { $0.isStopped = true }
        wake()
    }

    #if canImport(Darwin)
    private static let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
        Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
    #else
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
    #endif

    private func run() {
        var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]
        while true {
            let (jobs, isStopped) = inbox.withLock { inbox in
                defer { inbox.jobs = [] }
                return (inbox.jobs, inbox.isStopped)
            }
            for job in jobs { begin(job, &active) }
            for (easy, transfer) in active where transfer.job.cancellation.isRequested || isStopped {
                active[easy] = nil
                curl_multi_remove_handle(multi, easy)
                transfer.cancel()
            }
            if isStopped { break }
            var running: CInt = 0
            curl_multi_perform(multi, &running)
            var easy: UnsafeMutableRawPointer?
            var code = CURLE_OK
            while shim_next_finished(multi, &easy, &code) {
                guard let done = easy, let transfer = active.removeValue(forKey: done) else { continue }
                transfer.beforeRemoval()
                curl_multi_remove_handle(multi, done)
                transfer.finish(code)
            }
            curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        curl_multi_cleanup(multi)
        curl_share_cleanup(share)
    }

    private func begin(_ job: CurlJob, _ active: inout [UnsafeMutableRawPointer: CurlTransfer]) {
        do throws(HTTPFailure) {
            let transfer = try CurlTransfer(job, settings: settings, share: share)
            active[transfer.easy] = transfer
            curl_multi_add_handle(multi, transfer.easy)
        } catch {
            job.finish(.failure(error))
        }
    }
}
