using System.Diagnostics;

namespace RingShm.Load;

/// <summary>Any link, one way, one call a message.</summary>
internal sealed unsafe class LinkThroughput<TLink>(Scene scene) : IContestant
    where TLink : struct, ILink<TLink>
{
    private TLink _link = TLink.Open(scene, "", scene.IsLeader);

    public void Lead(in Burst burst)
    {
        TLink link = _link;
        byte* messages = scene.Payload.Messages;
        int bytes = scene.MessageBytes, size = scene.Payload.Count, j = (int)(burst.First % size);
        bool isFresh = scene.Payload.IsFresh;
        ulong baseWord = scene.Payload.BaseWord;
        for (long i = 0; i < burst.Count; i++)
        {
            byte* message = messages + ((long)j * bytes);
            if (isFresh)
                *(ulong*)message = baseWord + (ulong)j;
            while (!link.TrySend(new ReadOnlySpan<byte>(message, bytes)))
            {
            }

            if (++j == size)
                j = 0;
        }

        _link = link;
    }

    public Receipt Follow(in Burst burst)
    {
        TLink link = _link;
        ulong sum = 0, disorder = 0, baseWord = scene.Payload.BaseWord;
        int size = scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            ulong words, first;
            while (!link.TryReceive(out words, out first))
            {
            }

            sum += words;
            disorder |= first ^ (baseWord + (ulong)j);
            if (++j == size)
                j = 0;
        }

        _link = link;
        return new Receipt(sum, disorder);
    }

    public void Dispose() => _link.Dispose();
}

/// <summary>Round trips over two of any link. The follower reads a message, and sends its own copy of it back.</summary>
internal sealed unsafe class LinkRoundTrip<TLink>(Scene scene) : RoundTrip(scene)
    where TLink : struct, ILink<TLink>
{
    private TLink _there = TLink.Open(scene, "-t", scene.IsLeader);
    private TLink _back = TLink.Open(scene, "-b", !scene.IsLeader);

    public override Receipt Follow(in Burst burst)
    {
        ref TLink there = ref _there;
        ref TLink back = ref _back;
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            ulong words, first;
            while (!there.TryReceive(out words, out first))
            {
            }

            sum += words;
            disorder |= first ^ (baseWord + (ulong)j);
            while (!back.TrySend(MessageOf(j)))
            {
            }

            if (++j == size)
                j = 0;
        }

        return new Receipt(sum, disorder);
    }

    public override void Dispose()
    {
        _there.Dispose();
        _back.Dispose();
    }

    protected override Receipt Ask(in Burst burst, long[] stamps)
    {
        ref TLink there = ref _there;
        ref TLink back = ref _back;
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        int perStamp = Clock.RoundTripsPerStamp, stamp = 0;
        for (long i = 0; i < burst.Count; i += perStamp)
        {
            stamps[stamp++] = Stopwatch.GetTimestamp();
            for (int k = 0; k < perStamp; k++)
            {
                while (!there.TrySend(MessageOf(j)))
                {
                }

                ulong words, first;
                while (!back.TryReceive(out words, out first))
                {
                }

                sum += words;
                disorder |= first ^ (baseWord + (ulong)j);
                if (++j == size)
                    j = 0;
            }
        }

        stamps[stamp] = Stopwatch.GetTimestamp();
        return new Receipt(sum, disorder);
    }

    private ReadOnlySpan<byte> MessageOf(int j) => new(Scene.Payload.Messages + ((long)j * Scene.MessageBytes), Scene.MessageBytes);
}

/// <summary>
/// Messages sent at a fixed rate, whatever became of those before: each carries the time at which it was due, and its latency
/// counts from then. A sender that is held up sends what is overdue at once, and the wait shows in every message that it
/// held up: coordinated omission cannot hide it.
/// </summary>
/// <remarks>
/// <code>
///  leader:   until now ≥ due: spin;  message[0] = due;  send;  due += interval
///  follower: receive;  sheet[i] = now - message[0]
/// </code>
/// </remarks>
internal sealed unsafe class LinkOpenLoop<TLink>(Scene scene) : IOpenLoop
    where TLink : struct, ILink<TLink>
{
    private TLink _link = TLink.Open(scene, "", scene.IsLeader);

    public void Lead(in Burst burst)
    {
        ref TLink link = ref _link;
        byte* message = scene.Payload.Messages;
        double interval = Stopwatch.Frequency / (double)scene.RatePerSecond;
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < burst.Count; i++)
        {
            long due = start + (long)(i * interval);
            while (Stopwatch.GetTimestamp() < due)
            {
            }

            *(long*)message = due;
            while (!link.TrySend(new ReadOnlySpan<byte>(message, scene.MessageBytes)))
            {
            }
        }

        // Other contestants send the same messages and check them.
        *(ulong*)message = scene.Payload.BaseWord;
    }

    public Receipt Follow(in Burst burst)
    {
        ref TLink link = ref _link;
        long* sheet = scene.Stage.Sheet;
        ulong disorder = 0, last = 0;
        for (long i = 0; i < burst.Count; i++)
        {
            ulong due;
            while (!link.TryReceive(out _, out due))
            {
            }

            sheet[i] = Stopwatch.GetTimestamp() - (long)due;
            disorder |= due < last ? 1UL : 0;
            last = due;
        }

        return new Receipt((ulong)burst.Count, disorder);
    }

    public void Dispose() => _link.Dispose();
}
