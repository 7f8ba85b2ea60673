namespace RingShm.Cli.Demo;

/// <summary>What <c>demo --json</c> prints. CPUs are null where a side is not pinned.</summary>
internal sealed record DemoReport(
    int ProcessId,
    int? Cpu,
    int PeerProcessId,
    int? PeerCpu,
    StreamReport Stream,
    IReadOnlyList<ThroughputReport> Throughput,
    RoundTripReport RoundTrip);

/// <summary>Real bytes, sent by the peer and received here.</summary>
internal sealed record StreamReport(
    string Source,
    int Files,
    long Bytes,
    long Messages,
    int SmallestMessageBytes,
    int LargestMessageBytes,
    double Seconds,
    string SentSha256,
    string ReceivedSha256)
{
    public double MegabytesPerSecond => Bytes / 1e6 / Seconds;
}

/// <summary>Small messages as fast as they go, each checked to be the next.</summary>
internal sealed record ThroughputReport(string Name, int MessageBytes, int MessagesPerCall, long Messages, double Seconds)
{
    public double MessagesPerSecond => Messages / Seconds;

    public double MegabytesPerSecond => Messages / Seconds * MessageBytes / 1e6;
}

/// <summary>A message there and its echo back, over two rings. Times are nanoseconds.</summary>
internal sealed record RoundTripReport(
    int MessageBytes,
    long RoundTrips,
    long P50Nanoseconds,
    long P90Nanoseconds,
    long P99Nanoseconds,
    long P999Nanoseconds,
    long MaxNanoseconds,
    IReadOnlyList<BucketReport> Histogram);

/// <summary>How many round trips took at least From and less than To.</summary>
internal sealed record BucketReport(long FromNanoseconds, long ToNanoseconds, long RoundTrips);
