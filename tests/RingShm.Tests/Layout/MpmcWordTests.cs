using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed class MpmcWordTests
{
    private static readonly uint[] Laps = [0, 1, 2, int.MaxValue, 0x8000_0000, uint.MaxValue];
    private static readonly int[] Granules = [1, 2, 255, 256, MpmcWord.MaxGranules];
    private static readonly int[] Rows = [0, 1, 2, 65, MpmcWord.MaxRows - 1];

    [Fact]
    public void A_word_gives_back_what_it_was_made_of_and_no_two_are_alike()
    {
        HashSet<long> seen = [];
        foreach (uint lap in Laps)
        {
            Assert.True(seen.Add(MpmcWord.Free(lap)));
            Assert.Equal((SlotState.Free, lap), (MpmcWord.StateOf(MpmcWord.Free(lap)), MpmcWord.LapOf(MpmcWord.Free(lap))));
            foreach (int granules in Granules)
            {
                AssertParts(seen, MpmcWord.Full(lap, granules), SlotState.Full, lap, granules, 0);
                AssertParts(seen, MpmcWord.Skip(lap, granules), SlotState.Skip, lap, granules, 0);
                AssertParts(seen, MpmcWord.Returned(lap, granules), SlotState.Returned, lap, granules, 0);
                foreach (int row in Rows)
                {
                    AssertParts(seen, MpmcWord.Writing(lap, granules, row), SlotState.Writing, lap, granules, row);
                    AssertParts(seen, MpmcWord.Reading(lap, granules, row), SlotState.Reading, lap, granules, row);
                }
            }
        }
    }

    [Fact]
    public void Full_is_told_from_everything_else_in_one_comparison()
    {
        foreach (uint lap in Laps)
        {
            foreach (int granules in Granules)
            {
                Assert.True(MpmcWord.IsFull(MpmcWord.Full(lap, granules), lap));
                Assert.False(MpmcWord.IsFull(MpmcWord.Full(lap, granules), lap + 1));
                Assert.False(MpmcWord.IsFull(MpmcWord.Full(lap, granules), lap - 1));
                Assert.False(MpmcWord.IsFull(MpmcWord.Skip(lap, granules), lap));
                Assert.False(MpmcWord.IsFull(MpmcWord.Returned(lap, granules), lap));
                Assert.False(MpmcWord.IsFull(MpmcWord.Reading(lap, granules, 1), lap));
                Assert.False(MpmcWord.IsFull(MpmcWord.Writing(lap, granules, 1), lap));
                // An owner in a Full word is nobody's doing.
                Assert.False(MpmcWord.IsFull(MpmcWord.Full(lap, granules) | (1L << 19), lap));
            }

            Assert.False(MpmcWord.IsFull(MpmcWord.Free(lap), lap));
        }
    }

    [Fact]
    public void A_new_region_is_free_in_its_first_lap() => Assert.Equal(0, MpmcWord.Free(0));

    [Fact]
    public void The_bits_lie_where_the_format_draws_them()
    {
        ulong word = (ulong)MpmcWord.Reading(0xCAFE_BABE, 0x1234, 0x0ABC);
        Assert.Equal(4ul, word & 7);
        Assert.Equal(0x1234ul, (word >> 3) & 0xFFFF);
        Assert.Equal(0x0ABCul, (word >> 19) & 0x1FFF);
        Assert.Equal(0xCAFE_BABEul, word >> 32);
        Assert.Equal(0xFFFF, MpmcWord.MaxGranules);
        Assert.Equal(0x2000, MpmcWord.MaxRows);
    }

    [Fact]
    public void Any_bits_give_parts_within_their_limits()
    {
        Random random = new(5);
        for (int round = 0; round < 10_000; round++)
        {
            long word = random.NextInt64(long.MinValue, long.MaxValue);
            Assert.InRange(MpmcWord.GranulesOf(word), 0, MpmcWord.MaxGranules);
            Assert.InRange(MpmcWord.RowOf(word), 0, MpmcWord.MaxRows - 1);
            Assert.InRange((int)MpmcWord.StateOf(word), 0, 7);
        }
    }

    private static void AssertParts(HashSet<long> seen, long word, SlotState state, uint lap, int granules, int row)
    {
        Assert.True(seen.Add(word));
        Assert.Equal((state, lap, granules, row), (MpmcWord.StateOf(word), MpmcWord.LapOf(word), MpmcWord.GranulesOf(word), MpmcWord.RowOf(word)));
    }
}
