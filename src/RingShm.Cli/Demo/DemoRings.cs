namespace RingShm.Cli.Demo;

/// <summary>The rings between the two processes. This process makes them, the peer opens them.</summary>
internal sealed class DemoRings : IDisposable
{
    public const int LargestStreamMessageBytes = 64 << 10;
    public const int SmallMessageBytes = 64;

    private const int StreamBytes = 1 << 20;
    private const int SmallBytes = 128 << 10;
    private const int RoundTripBytes = 4 << 10;

    private static readonly string[] Suffixes = ["stream", "values", "batches", "bytes", "ping", "pong"];

    private readonly string _prefix;

    private DemoRings(string prefix, bool create)
    {
        _prefix = prefix;
        Stream = MakeBytes("stream", StreamBytes, LargestStreamMessageBytes, create);
        Values = MakeValues("values", create);
        Batches = MakeValues("batches", create);
        Bytes = MakeBytes("bytes", SmallBytes, SmallMessageBytes, create);
        Ping = MakeBytes("ping", RoundTripBytes, SmallMessageBytes, create);
        Pong = MakeBytes("pong", RoundTripBytes, SmallMessageBytes, create);
    }

    public SpscRing Stream { get; }

    public SpscRing<ulong> Values { get; }

    public SpscRing<ulong> Batches { get; }

    public SpscRing Bytes { get; }

    public SpscRing Ping { get; }

    public SpscRing Pong { get; }

    public static DemoRings Create(string prefix)
    {
        try
        {
            return new DemoRings(prefix, create: true);
        }
        catch
        {
            Remove(prefix);
            throw;
        }
    }

    public static DemoRings Open(string prefix) => new(prefix, create: false);

    /// <summary>
    /// Removes the names; who has the rings open keeps them. On Windows names go by themselves, with the last user. Can be
    /// called more than once, and by both processes.
    /// </summary>
    public static void Remove(string prefix)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (string suffix in Suffixes)
        {
            try
            {
                Ring.Remove(NameOf(prefix, suffix));
            }
            catch (RingNotFoundException)
            {
                // Removed before, or never made.
            }
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        Values.Dispose();
        Batches.Dispose();
        Bytes.Dispose();
        Ping.Dispose();
        Pong.Dispose();
    }

    private static string NameOf(string prefix, string suffix) => $"{prefix}.{suffix}";

    private SpscRing MakeBytes(string suffix, long capacityBytes, long maxMessageBytes, bool create)
    {
        RingOptions options = new() { CapacityBytes = capacityBytes, MaxMessageBytes = maxMessageBytes };
        string name = NameOf(_prefix, suffix);
        return create ? SpscRing.Create(name, options) : SpscRing.Open(name, options);
    }

    private SpscRing<ulong> MakeValues(string suffix, bool create)
    {
        RingOptions options = new() { CapacityBytes = SmallBytes };
        string name = NameOf(_prefix, suffix);
        return create ? SpscRing<ulong>.Create(name, options) : SpscRing<ulong>.Open(name, options);
    }
}
