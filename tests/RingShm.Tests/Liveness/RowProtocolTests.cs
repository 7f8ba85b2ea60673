using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Tests.Liveness;

/// <summary>The row protocol under an oracle that says what the test wants.</summary>
public sealed unsafe class RowProtocolTests
{
    private const long Self = 0x11_0000_0001;
    private const long Other = 0x22_0000_0002;

    [Theory]
    [InlineData((int)RowLock.Acquired)]
    [InlineData((int)RowLock.NotSupported)]
    public void A_free_row_is_taken(int rowLock)
    {
        long owner = RowLayout.FreeOwner;
        FakeOracle oracle = new((RowLock)rowLock, isAlive: true);
        Assert.True(RowProtocol<DirectMemory>.TryAcquire(&owner, 1, Self, oracle, out long prior));
        Assert.Equal((Self, RowLayout.FreeOwner), (owner, prior));
        Assert.Equal(0, oracle.Unlocked);
    }

    [Theory]
    [InlineData((int)RowLock.Acquired, true)] // a lock that we could take is proof enough
    [InlineData((int)RowLock.Acquired, false)]
    [InlineData((int)RowLock.NotSupported, false)]
    public void A_dead_owners_row_is_taken_over_and_its_word_reported(int rowLock, bool isAlive)
    {
        long owner = Other;
        Assert.True(RowProtocol<DirectMemory>.TryAcquire(&owner, 1, Self, new FakeOracle((RowLock)rowLock, isAlive), out long prior));
        Assert.Equal((Self, Other), (owner, prior));
    }

    [Theory]
    [InlineData((int)RowLock.HeldByOther, Other)]
    [InlineData((int)RowLock.HeldByOther, RowLayout.FreeOwner)] // it is just arriving or leaving
    [InlineData((int)RowLock.NotSupported, Other)]
    public void A_live_owners_row_is_refused_and_left_alone(int rowLock, long word)
    {
        long owner = word;
        Assert.False(RowProtocol<DirectMemory>.TryAcquire(&owner, 1, Self, new FakeOracle((RowLock)rowLock, isAlive: true), out long prior));
        Assert.Equal((word, word), (owner, prior));
    }

    [Fact]
    public void An_owner_who_died_during_the_judgement_of_its_successor_loses_to_a_faster_one()
    {
        long owner = Other;
        long* word = &owner;
        FakeOracle oracle = new(RowLock.NotSupported, isAlive: false) { WhenAsked = () => *word = Self + 1 };
        Assert.False(RowProtocol<DirectMemory>.TryAcquire(word, 1, Self, oracle, out long prior));
        Assert.Equal((Self + 1, Self + 1), (owner, prior));
        Assert.Equal(1, oracle.Unlocked);
    }

    [Theory]
    [InlineData((int)RowLock.Acquired)]
    [InlineData((int)RowLock.NotSupported)]
    public void Who_wants_a_free_row_only_takes_it(int rowLock)
    {
        long owner = RowLayout.FreeOwner;
        FakeOracle oracle = new((RowLock)rowLock, isAlive: true);
        Assert.True(RowProtocol<DirectMemory>.TryAcquireFree(&owner, 1, Self, oracle, out long prior));
        Assert.Equal((Self, RowLayout.FreeOwner, 0), (owner, prior, oracle.Unlocked));
    }

    [Theory]
    [InlineData((int)RowLock.Acquired, Other, 1)] // dead, and not swept yet
    [InlineData((int)RowLock.NotSupported, Other, 1)]
    [InlineData((int)RowLock.HeldByOther, Other, 0)]
    [InlineData((int)RowLock.HeldByOther, RowLayout.FreeOwner, 0)]
    public void Who_wants_a_free_row_only_takes_nothing_over_from_a_dead_owner(int rowLock, long word, int unlocked)
    {
        long owner = word;
        FakeOracle oracle = new((RowLock)rowLock, isAlive: false);
        Assert.False(RowProtocol<DirectMemory>.TryAcquireFree(&owner, 1, Self, oracle, out long prior));
        Assert.Equal((word, word, unlocked), (owner, prior, oracle.Unlocked));
    }

    [Fact]
    public void A_row_is_let_go_word_first_and_lock_second()
    {
        long owner = Self;
        long* word = &owner;
        long seenAtUnlock = -1;
        FakeOracle oracle = new(RowLock.Acquired, isAlive: true) { WhenUnlocked = () => seenAtUnlock = *word };
        RowProtocol<DirectMemory>.Release(word, 1, oracle);
        Assert.Equal(RowLayout.FreeOwner, seenAtUnlock);
        Assert.Equal(1, oracle.Unlocked);
    }

    [Fact]
    public void An_abandoned_row_reads_as_a_dead_owners()
    {
        long owner = Self;
        RowProtocol<DirectMemory>.Abandon(&owner, 1, new FakeOracle(RowLock.Acquired, isAlive: true));
        Assert.True(RowProtocol<DirectMemory>.TryAcquire(&owner, 1, Self, new FakeOracle(RowLock.Acquired, isAlive: false), out long prior));
        Assert.Equal(RowLayout.AbandonedOwner, prior);
        Assert.NotEqual(RowLayout.FreeOwner, prior);
    }

    private sealed class FakeOracle(RowLock rowLock, bool isAlive) : IRowOracle
    {
        public int Unlocked { get; private set; }

        public Action WhenAsked { get; init; } = () => { };

        public Action WhenUnlocked { get; init; } = () => { };

        public RowLock TryLock(int row) => rowLock;

        public void Unlock(int row)
        {
            WhenUnlocked();
            Unlocked++;
        }

        public bool IsAlive(int row, long owner)
        {
            WhenAsked();
            return isAlive;
        }
    }
}
