using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary>The C# twin of bench/native/yardstick.c, for machines without a C compiler. Line by line the same ring.</summary>
internal static unsafe class ManagedYardstick
{
    public static void Produce(YardstickSide* state, Payload payload, in Burst burst)
    {
        YardstickSide side = *state;
        byte* messages = payload.Messages;
        int bytes = payload.MessageBytes, size = payload.Count, j = (int)(burst.First % size);
        bool isFresh = payload.IsFresh;
        ulong baseWord = payload.BaseWord;
        for (long i = 0; i < burst.Count; i++)
        {
            if (isFresh)
                *(ulong*)(messages + (j * bytes)) = baseWord + (ulong)j;
            Send(ref side, messages + (j * bytes), bytes);
            if (++j == size)
                j = 0;
        }

        *state = side;
    }

    public static Receipt Consume(YardstickSide* state, Payload payload, in Burst burst)
    {
        YardstickSide side = *state;
        ulong sum = 0, disorder = 0;
        int bytes = payload.MessageBytes, size = payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            byte* message = Await(ref side, bytes);
            sum += WordSum.Of(ref *message, bytes);
            disorder |= *(ulong*)message ^ (payload.BaseWord + (ulong)j);
            Release(ref side);
            if (++j == size)
                j = 0;
        }

        *state = side;
        return new Receipt(sum, disorder);
    }

    public static Receipt Ask(YardstickSide* toState, YardstickSide* fromState, Payload payload, in Burst burst, long[] stamps)
    {
        YardstickSide to = *toState, from = *fromState;
        ulong sum = 0, disorder = 0;
        int bytes = payload.MessageBytes, size = payload.Count, j = (int)(burst.First % size);
        int perStamp = Clock.RoundTripsPerStamp, stamp = 0;
        for (long i = 0; i < burst.Count; i += perStamp)
        {
            stamps[stamp++] = Stopwatch.GetTimestamp();
            for (int k = 0; k < perStamp; k++)
            {
                Send(ref to, payload.Messages + (j * bytes), bytes);
                byte* message = Await(ref from, bytes);
                sum += WordSum.Of(ref *message, bytes);
                disorder |= *(ulong*)message ^ (payload.BaseWord + (ulong)j);
                Release(ref from);
                if (++j == size)
                    j = 0;
            }
        }

        stamps[stamp] = Stopwatch.GetTimestamp();
        *toState = to;
        *fromState = from;
        return new Receipt(sum, disorder);
    }

    public static Receipt Answer(YardstickSide* fromState, YardstickSide* toState, Payload payload, in Burst burst)
    {
        YardstickSide from = *fromState, to = *toState;
        ulong sum = 0, disorder = 0;
        int bytes = payload.MessageBytes, size = payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            byte* message = Await(ref from, bytes);
            sum += WordSum.Of(ref *message, bytes);
            disorder |= *(ulong*)message ^ (payload.BaseWord + (ulong)j);
            Send(ref to, message, bytes);
            Release(ref from);
            if (++j == size)
                j = 0;
        }

        *fromState = from;
        *toState = to;
        return new Receipt(sum, disorder);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Send(ref YardstickSide side, byte* message, int bytes)
    {
        while (side.Position - side.Other > side.Mask)
            side.Other = Volatile.Read(ref *(ulong*)(side.Ring + YardstickRing.ConsumerPositionOffset));
        new ReadOnlySpan<byte>(message, bytes).CopyTo(new Span<byte>(Slot(side, bytes), bytes));
        Volatile.Write(ref *(ulong*)(side.Ring + YardstickRing.ProducerPositionOffset), ++side.Position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Await(ref YardstickSide side, int bytes)
    {
        while (side.Position == side.Other)
            side.Other = Volatile.Read(ref *(ulong*)(side.Ring + YardstickRing.ProducerPositionOffset));
        return Slot(side, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Release(ref YardstickSide side) =>
        Volatile.Write(ref *(ulong*)(side.Ring + YardstickRing.ConsumerPositionOffset), ++side.Position);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Slot(in YardstickSide side, int bytes) =>
        side.Ring + YardstickRing.SlotsOffset + ((side.Position & side.Mask) * (ulong)bytes);
}
