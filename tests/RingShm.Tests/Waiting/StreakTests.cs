using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

public sealed class StreakTests
{
    [Fact]
    public void Only_the_first_empty_poll_after_a_stretch_of_messages_ends_a_stream()
    {
        Streak streak = default;
        Assert.False(streak.EndsStream(0));
        Assert.False(streak.EndsStream(Streak.StreamMessages - 1));
        Assert.True(streak.EndsStream((2 * Streak.StreamMessages) - 1));
        Assert.False(streak.EndsStream((2 * Streak.StreamMessages) - 1));
        Assert.True(streak.EndsStream(1000));
    }

    [Fact]
    public void Requests_and_answers_are_no_stream()
    {
        Streak streak = default;
        for (int messages = 1; messages < 100; messages++)
            Assert.False(streak.EndsStream(messages));
    }
}
