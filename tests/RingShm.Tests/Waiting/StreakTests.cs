using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

public sealed class StreakTests
{
    [Fact]
    public void Only_the_first_empty_poll_after_a_stretch_of_messages_ends_a_stream()
    {
        Streak streak = default;
        Assert.Equal(0, streak.IterationsAt(0, 0));
        Assert.Equal(0, streak.IterationsAt(Streak.StreamMessages - 1, 0));
        Assert.NotEqual(0, streak.IterationsAt((2 * Streak.StreamMessages) - 1, 0));
        Assert.Equal(0, streak.IterationsAt((2 * Streak.StreamMessages) - 1, 0));
        Assert.NotEqual(0, streak.IterationsAt(1000, 0));
    }

    [Fact]
    public void Requests_and_answers_are_no_stream()
    {
        Streak streak = default;
        for (int messages = 1; messages < 100; messages++)
            Assert.Equal(0, streak.IterationsAt(messages, Streak.RoomyMessages));
    }

    [Fact]
    public void A_longer_pause_takes_a_longer_stretch_and_a_ring_with_room_for_what_comes_meanwhile()
    {
        Streak streak = default;
        int usual = streak.IterationsAt(Streak.TorrentMessages - 1, Streak.RoomyMessages);
        long messages = Streak.TorrentMessages - 1;
        Assert.Equal(usual, streak.IterationsAt(messages += Streak.TorrentMessages, Streak.RoomyMessages - 1));
        Assert.True(streak.IterationsAt(messages += Streak.TorrentMessages, Streak.RoomyMessages) > usual);
        Assert.Equal(usual, streak.IterationsAt(messages + Streak.StreamMessages, Streak.RoomyMessages));
    }
}
