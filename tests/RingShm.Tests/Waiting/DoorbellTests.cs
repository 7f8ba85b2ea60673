using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

public sealed unsafe class DoorbellTests
{
    [Fact]
    public void Ringing_for_nobody_changes_nothing_and_asks_nothing_of_the_kernel()
    {
        using TestDoorbell bell = new();
        *bell.Word = 41;
        bell.Doorbell.Ring();
        Assert.Equal(41, *bell.Word);
        Assert.Equal(0, bell.Wakes);
    }

    [Fact]
    public void A_ring_takes_all_announcements_with_one_wake_and_moves_the_sequence()
    {
        using TestDoorbell bell = new();
        Assert.Equal(0u, bell.Doorbell.Announce());
        Assert.Equal(0u, bell.Doorbell.Announce());
        Assert.Equal(2, DoorbellWord.Sleepers(*bell.Word));
        bell.Doorbell.Ring();
        bell.Doorbell.Ring();
        Assert.Equal(1, *bell.Word);
        Assert.Equal(1, bell.Wakes);
        Assert.True(bell.Doorbell.IsRung(0));
    }

    [Fact]
    public void An_announcement_is_taken_back_unless_a_ringer_has_taken_it()
    {
        using TestDoorbell bell = new();
        uint first = bell.Doorbell.Announce();
        bell.Doorbell.Retract(first);
        Assert.False(bell.HasSleepers);
        first = bell.Doorbell.Announce();
        bell.Doorbell.Ring();
        uint second = bell.Doorbell.Announce();
        bell.Doorbell.Retract(first);
        Assert.True(bell.HasSleepers, "the second announcement was taken back in place of the first");
        bell.Doorbell.Retract(second);
        Assert.False(bell.HasSleepers);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(uint.MaxValue)]
    [InlineData(1L << 32)]
    public void A_damaged_word_heals_with_the_next_ring(long word)
    {
        using TestDoorbell bell = new();
        *bell.Word = word;
        bell.Doorbell.Ring();
        Assert.False(bell.HasSleepers);
        *bell.Word = word;
        uint sequence = bell.Doorbell.Announce();
        bell.Doorbell.Retract(sequence);
        bell.Doorbell.Ring();
        Assert.False(bell.HasSleepers);
    }

    [Fact]
    public void What_a_killed_sleeper_announced_costs_one_wake_and_no_more()
    {
        using TestDoorbell bell = new();
        // It died right after W4.
        _ = bell.Doorbell.Announce();
        for (int i = 0; i < 100; i++)
            bell.Doorbell.Ring();
        Assert.Equal(1, bell.Wakes);
    }

    [Fact]
    public void A_sequence_that_has_moved_turns_a_sleeper_back()
    {
        using TestDoorbell bell = new();
        *bell.Word = 7;
        Watchdog.Run(() => bell.Kernel.Wait(bell.Word, 6, long.MaxValue));
    }

    [Fact]
    public void A_message_that_is_there_needs_no_sleep()
    {
        using TestDoorbell bell = new();
        Flag flag = new() { IsSet = true };
        Flag.Condition condition = new(flag);
        Assert.True(bell.Doorbell.Sleep(ref condition, new WaitLimit(Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1), default)));
        Assert.Equal(0, bell.Sleeps);
        Assert.False(bell.HasSleepers);
    }

    [Theory]
    [InlineData(1, 1, 20_000)]
    [InlineData(2, 1, 10_000)]
    [InlineData(1, 3, 10_000)]
    [InlineData(2, 2, 10_000)]
    public void No_sleeper_is_left_asleep_beside_a_message(int ringers, int sleepers, int messages)
    {
        using TestDoorbell bell = new();
        long[] counts = new long[2];
        Action ring = () =>
        {
            for (int i = 0; i < messages; i++)
            {
                _ = Interlocked.Increment(ref counts[0]);
                bell.Doorbell.Ring();
                // Lets the sleepers catch up and fall asleep every so often.
                if (i % 16 == 0)
                    Thread.SpinWait(i % 4096);
            }
        };
        long total = (long)ringers * messages;
        Action sleep = () =>
        {
            Waiting waiting = new(counts, total);
            WaitPoint point = bell.Point();
            while (point.Wait(ref waiting, Timeout.InfiniteTimeSpan, CancellationToken.None) && waiting.TryTake(out bool isLast))
            {
                // The other sleepers wait for messages that will not come.
                if (isLast)
                    bell.Doorbell.Interrupt();
            }
        };
        Watchdog.Run([.. Enumerable.Repeat(ring, ringers), .. Enumerable.Repeat(sleep, sleepers)]);
        Assert.Equal(total, counts[1]);
        Assert.Equal(0, bell.SlicesEnded);
        Assert.False(bell.HasSleepers);
        Assert.True(bell.Wakes <= bell.Sleeps + total);
    }

    private readonly struct Waiting(long[] counts, long total) : IWaitCondition
    {
        public bool IsMet()
        {
            long taken = Volatile.Read(ref counts[1]);
            return taken == total || Volatile.Read(ref counts[0]) > taken;
        }

        /// <summary>False when everything is taken.</summary>
        public bool TryTake(out bool isLast)
        {
            isLast = false;
            long taken = Volatile.Read(ref counts[1]);
            if (taken == total)
                return false;
            if (taken < Volatile.Read(ref counts[0]) && Interlocked.CompareExchange(ref counts[1], taken + 1, taken) == taken)
                isLast = taken + 1 == total;
            return true;
        }
    }
}
