namespace RingShm.Tests.Tidy;

/// <summary>The rules that matter, on the source as it is.</summary>
public sealed class TidyTests
{
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Arrows_between_the_layers_go_one_way() => AssertClean(SourceTree.Library, LayerRules.ForbiddenArrows);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Only_Layout_knows_offsets()
    {
        AssertClean(SourceTree.Library, LayerRules.StrayOffsets);
        AssertClean(SourceTree.Library, LayerRules.BareOffsets);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Every_access_through_the_seam_passes_its_edge() => AssertClean(SourceTree.Library, EdgeRules.UnnamedAccesses);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Every_ordered_access_names_its_edge_in_a_comment() => AssertClean(SourceTree.Library, EdgeRules.UncommentedAccesses);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Every_edge_is_used_declared_and_documented() => Assert.Empty(EdgeRules.Disagreements(
        SourceTree.Library.SelectMany(EdgeRules.Used),
        EdgeRules.Declared(SourceTree.File("src/RingShm/Memory/Edge.cs")),
        EdgeRules.Documented(SourceTree.File("docs/MEMORY_ORDER.md"))));

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Nothing_is_volatile_by_keyword() => AssertClean(SourceTree.Library, CodeRules.VolatileKeyword);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Protocols_touch_shared_memory_through_the_seam_alone()
    {
        AssertClean(SourceTree.Library, CodeRules.OrderBesideTheSeam);
        AssertClean(SourceTree.Library, CodeRules.PointerBesideTheSeam);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void The_library_sleeps_in_Waiting_alone() => AssertClean(SourceTree.Library, CodeRules.SleepOutsideWaiting);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void The_library_asks_the_time_of_day_in_Layout_alone() => AssertClean(SourceTree.Library, CodeRules.WallClock);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Files_stay_small_enough_to_hold_in_the_head() => AssertClean(SourceTree.Code, CodeRules.LongFile);

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void No_file_holds_a_path_of_one_machine_or_a_promise()
    {
        AssertClean(SourceTree.Code, CodeRules.ForbiddenText);
        AssertClean(SourceTree.Documents, CodeRules.ForbiddenText);
    }

    private static void AssertClean(IReadOnlyList<SourceFile> files, Func<SourceFile, IEnumerable<string>> rule)
    {
        Assert.True(files.Count >= 5, "there is next to nothing to check");
        Assert.Empty(files.SelectMany(rule));
    }
}
