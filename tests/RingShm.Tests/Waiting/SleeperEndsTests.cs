using RingShm.Tests.Contract;

namespace RingShm.Tests.Waiting;

/// <summary>
/// What ends a sleep besides news, for rings of all kinds, on both sides: a token, disposal on another thread, and times that make no
/// sense. The sleepers never look again by themselves, so a wake that is missed hangs the test.
/// </summary>
public sealed class SleeperEndsTests
{
    private static readonly RingOptions Options = new() { CapacityBytes = 512, MaxMessageBytes = 40, WaitStrategy = RegionBells.LongSleep };

    public static TheoryData<RingKind, bool> Sides => new()
    {
        { RingKind.Spsc, true },
        { RingKind.Spsc, false },
        { RingKind.Mpmc, true },
        { RingKind.Mpmc, false },
        { RingKind.Broadcast, true },
        { RingKind.Broadcast, false },
    };

    [Theory]
    [MemberData(nameof(Sides))]
    public void Cancelling_wakes_who_sleeps_and_the_handle_goes_on(RingKind kind, bool reads)
    {
        using Side side = new(kind, reads);
        using CancellationTokenSource source = new();
        Watchdog.Run(
            () => Assert.Equal(
                source.Token, Assert.Throws<OperationCanceledException>(() => side.Wait(Timeout.InfiniteTimeSpan, source.Token)).CancellationToken),
            () =>
            {
                side.UntilAsleep();
                source.Cancel();
            });
        Assert.Equal(0, side.Sleepers);
        side.MakeReady();
        Assert.True(side.Wait(Timeout.InfiniteTimeSpan));
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void A_token_that_is_cancelled_already_ends_the_wait_before_anything_is_done(RingKind kind, bool reads)
    {
        using Side side = new(kind, reads);
        side.MakeReady();
        Assert.Throws<OperationCanceledException>(() => side.Wait(Timeout.InfiniteTimeSpan, new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(() => side.Wait(TimeSpan.Zero, new CancellationToken(canceled: true)));
        Assert.True(side.Wait(TimeSpan.Zero));
        Assert.False(side.Wait(TimeSpan.Zero));
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void A_time_that_makes_no_sense_is_named_and_nothing_is_done(RingKind kind, bool reads)
    {
        using Side side = new(kind, reads);
        side.MakeReady();
        foreach (TimeSpan time in (TimeSpan[])[TimeSpan.FromMilliseconds(-2), TimeSpan.FromTicks(-1), TimeSpan.MinValue])
            Assert.Equal((object)time, Assert.Throws<ArgumentOutOfRangeException>(() => side.Wait(time)).ActualValue);
        Assert.True(side.Wait(TimeSpan.Zero));
        Assert.False(side.Wait(TimeSpan.Zero));
    }

    /// <summary>A time that the clock cannot count to is no time that is over.</summary>
    [Theory]
    [MemberData(nameof(Sides))]
    public void The_longest_time_is_as_good_as_for_ever(RingKind kind, bool reads)
    {
        using Side side = new(kind, reads);
        Watchdog.Run(
            () => Assert.True(side.Wait(TimeSpan.MaxValue)),
            () =>
            {
                side.UntilAsleep();
                side.MakeReady();
            });
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void Disposing_the_handle_on_another_thread_wakes_who_sleeps_in_it(RingKind kind, bool reads)
    {
        using Side side = new(kind, reads);
        Watchdog.Run(
            () => Assert.Throws<ObjectDisposedException>(() => side.Wait(Timeout.InfiniteTimeSpan)),
            () =>
            {
                side.UntilAsleep();
                side.Handle.Dispose();
            });
        Assert.Equal(0, side.Sleepers);
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void Disposing_the_ring_on_another_thread_wakes_who_sleeps_in_it(RingKind kind, bool reads)
    {
        using Side side = new(kind, reads);
        Watchdog.Run(
            () => Assert.Throws<ObjectDisposedException>(() => side.Wait(Timeout.InfiniteTimeSpan)),
            () =>
            {
                side.UntilAsleep();
                side.Ring.Dispose();
            });
        Assert.Equal(0, side.Sleepers);
    }

    /// <summary>One side of a ring that has nothing for it.</summary>
    private sealed class Side : IDisposable
    {
        private readonly ContractRing _ring;
        private readonly RegionBells _bells;
        private readonly bool _reads;

        public Side(RingKind kind, bool reads)
        {
            _ring = kind switch
            {
                RingKind.Spsc => ContractRing.Spsc(Options),
                RingKind.Mpmc => ContractRing.Mpmc(Options),
                _ => ContractRing.Broadcast(Options),
            };
            _bells = new RegionBells(_ring.Name, kind);
            _reads = reads;
            if (!reads)
                _ring.Fill();
        }

        public IDisposable Ring => _ring.Ring;

        public RingHandle Handle => _reads ? _ring.ConsumerHandle : _ring.ProducerHandle;

        public int Sleepers => _reads ? _bells.Readers : _bells.Writers;

        public void UntilAsleep() => SpinWait.SpinUntil(() => Sleepers == 1);

        public bool Wait(TimeSpan time, CancellationToken token = default)
        {
            if (!_reads)
                return _ring.Write([], 0, time, token);
            if (!_ring.Read(out Message message, time, token))
                return false;
            message.Dispose();
            return true;
        }

        /// <summary>One message, or room for one.</summary>
        public void MakeReady()
        {
            if (_reads)
                Assert.True(_ring.TryWrite([]));
            else
                _ = _ring.Next();
        }

        public void Dispose()
        {
            _bells.Dispose();
            _ring.Dispose();
        }
    }
}
