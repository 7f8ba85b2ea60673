using System.Diagnostics;

namespace RingShm.Load;

/// <summary>The bare exchange of two cache lines, 128 bytes apart: what the machine itself charges for a round trip.</summary>
internal static unsafe class PingPong
{
    /// <summary>Values go up for ever, so that one burst never mistakes the last one's words for its own.</summary>
    public static void Lead(Stage stage, long count)
    {
        long* ping = stage.Ping, pong = stage.Pong;
        for (long value = Volatile.Read(ref *pong) + 1, end = value + count; value < end; value++)
        {
            Volatile.Write(ref *ping, value);
            while (Volatile.Read(ref *pong) != value)
            {
            }
        }
    }

    public static void Follow(Stage stage, long count)
    {
        long* ping = stage.Ping, pong = stage.Pong;
        for (long value = Volatile.Read(ref *pong) + 1, end = value + count; value < end; value++)
        {
            while (Volatile.Read(ref *ping) != value)
            {
            }

            Volatile.Write(ref *pong, value);
        }
    }
}

/// <summary>The same, timed round trip by round trip: the baseline of every round trip's ratio.</summary>
internal sealed unsafe class BareRoundTrip(Scene scene) : RoundTrip(scene)
{
    public override Receipt Follow(in Burst burst)
    {
        PingPong.Follow(Scene.Stage, burst.Count);
        return new Receipt((ulong)burst.Count, 0);
    }

    public override void Dispose()
    {
    }

    protected override Receipt Ask(in Burst burst, long[] stamps)
    {
        long* ping = Scene.Stage.Ping, pong = Scene.Stage.Pong;
        int perStamp = Clock.RoundTripsPerStamp, stamp = 0;
        long value = Volatile.Read(ref *pong) + 1;
        for (long i = 0; i < burst.Count; i += perStamp)
        {
            stamps[stamp++] = Stopwatch.GetTimestamp();
            for (int k = 0; k < perStamp; k++, value++)
            {
                Volatile.Write(ref *ping, value);
                while (Volatile.Read(ref *pong) != value)
                {
                }
            }
        }

        stamps[stamp] = Stopwatch.GetTimestamp();
        return new Receipt((ulong)burst.Count, 0);
    }

    /// <summary>There is no payload; every value was waited for.</summary>
    protected override void Check(in Receipt receipt, in Burst burst)
    {
    }
}
