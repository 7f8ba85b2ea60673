namespace RingShm.Tests.Tidy;

/// <summary>A rule that cannot fail is no rule: each refuses what it is there to refuse, and nothing beside it.</summary>
public sealed class TidyRulesTests
{
    [Theory]
    [InlineData("Layout", "using RingShm.Spsc;")]
    [InlineData("Layout", "using RingShm.Memory;")]
    [InlineData("Memory", "using RingShm.Layout;")]
    [InlineData("Interop", "using RingShm.Mapping;")]
    [InlineData("Liveness", "using RingShm.Mapping;")]
    [InlineData("Liveness", "using static RingShm.Waiting.Streak;")]
    [InlineData("Mapping", "using Rows = RingShm.Liveness.RowLease;")]
    [InlineData("Mapping", "class C { RingShm.Spsc.SpscRecord R; }")]
    [InlineData("Mapping", "namespace RingShm.Mapping; class C { object O = Liveness.ProcessIdentity.OwnerWord; }")]
    [InlineData("Mapping", "namespace RingShm.Mapping; class C { Spsc.SpscRecord R; }")]
    [InlineData("Waiting", "using RingShm.Layout;")]
    [InlineData("Spsc", "using RingShm.Mpmc;")]
    [InlineData("Spsc", "using RingShm.Cli;")]
    [InlineData("Novelty", "class C { }")]
    public void An_arrow_that_runs_up_is_refused(string layer, string text) => AssertRefused(LayerRules.ForbiddenArrows, layer, text);

    [Fact]
    public void The_root_must_not_know_the_command_line() =>
        Assert.Single(LayerRules.ForbiddenArrows(new SourceFile("src/RingShm/Ring.cs", "using RingShm.Cli;")));

    [Theory]
    [InlineData("Spsc", "using System.Threading; using RingShm.Layout; using RingShm.Mapping; namespace RingShm.Spsc;")]
    [InlineData("Mapping", "namespace RingShm.Mapping; class C { string S = State.Ready.ToString(); enum State { Ready } }")]
    [InlineData("Layout", "namespace RingShm.Layout; class C { RingException E; } // RingShm.Spsc knows me")]
    public void An_arrow_that_runs_down_and_a_name_that_only_looks_like_a_folder_are_allowed(string layer, string text) =>
        Assert.Empty(LayerRules.ForbiddenArrows(File(layer, text)));

    [Theory]
    [InlineData("Spsc", "class C { long P(byte* b) => *(long*)(b + SpscLayout.ProducerPositionOffset); }")]
    [InlineData("Mapping", "class C { int O = RowLayout.OwnerOffset; }")]
    [InlineData("Liveness", "class C { int O = Layout.HeaderLayout.ReadyOffset; }")]
    public void A_named_offset_away_from_home_is_refused(string layer, string text) => AssertRefused(LayerRules.StrayOffsets, layer, text);

    [Theory]
    [InlineData("Layout", "class C { int O = SpscLayout.CompletedOffset; }")]
    [InlineData("Mapping", "class C { int O = HeaderLayout.ReadyOffset; }")]
    [InlineData("Liveness", "class C { int O = RowLayout.OwnerOffset; }")]
    public void A_named_offset_at_home_is_allowed(string layer, string text) => Assert.Empty(LayerRules.StrayOffsets(File(layer, text)));

    [Theory]
    [InlineData("Spsc", "class C { byte* P(byte* b) => b + 8; }")]
    [InlineData("Mapping", "class C { byte* P(byte* b) => 0x40 + b; }")]
    [InlineData("Liveness", "class C { long P(long b) => b - 16L; }")]
    public void A_bare_offset_is_refused(string layer, string text) => AssertRefused(LayerRules.BareOffsets, layer, text);

    [Theory]
    [InlineData("Layout", "class C { byte* P(byte* b) => b + 8; }")]
    [InlineData("Spsc", "class C { long P(long b) => b + 1; string S = \"+ 8\"; } // b + 8")]
    public void A_count_and_a_comment_are_no_offset(string layer, string text) => Assert.Empty(LayerRules.BareOffsets(File(layer, text)));

    [Theory]
    [InlineData("class C { long F() => TMemory.LoadAcquire(p, edge); }")]
    [InlineData("class C { void F() { DirectMemory.Store(p, 1, default); } }")]
    [InlineData("class C { void F() { Memory.DirectMemory.CopyIn(p, s, (Edge)3); } }")]
    public void An_access_without_an_edge_is_refused(string text) => AssertRefused(EdgeRules.UnnamedAccesses, "Spsc", text);

    [Theory]
    [InlineData("class C { long F() => TMemory.LoadAcquire(p, Edge.S4); }")]
    [InlineData("class C {\n // S3 release.\n void F() { TMemory.StoreRelease(p, 1, Edge.S4); }\n}")]
    [InlineData("class C {\n // S4\n\n\n\n void F() { TMemory.Fence(Edge.S4); }\n}")]
    [InlineData("class C {\n string s = \"S4\";\n void F() { TMemory.CompareExchange(p, 1, 0, Edge.S4); }\n}")]
    [InlineData("class C {\n // S40: another one\n void F() { TMemory.CompareExchange(p, 1, 0, Edge.S4); }\n}")]
    public void An_ordered_access_without_its_comment_is_refused(string text) => AssertRefused(EdgeRules.UncommentedAccesses, "Spsc", text);

    [Theory]
    [InlineData("class C {\n // S4 acquire: why. Pairs with S3.\n long F() => TMemory.LoadAcquire(p, Edge.S4);\n}")]
    [InlineData("class C {\n // S7, S9 acquire: both.\n long F() => TMemory.LoadAcquire(p, Edge.S7)\n + TMemory.LoadAcquire(p, Edge.S9);\n}")]
    [InlineData("class C { void F() => TMemory.Store(p, 1, Edge.S1); }")]
    public void An_ordered_access_with_its_comment_and_a_plain_one_are_allowed(string text) =>
        Assert.Empty(EdgeRules.UncommentedAccesses(File("Spsc", text)));

    [Fact]
    public void Edges_that_disagree_are_refused_each_for_itself()
    {
        SourceFile used = File("Spsc", "class C { void F() { TMemory.Store(p, 1, Edge.A1); TMemory.Store(p, 1, Edge.A2); } }");
        SourceFile declared = File("Memory", "enum Other { B9 } enum Edge { A1, A3, A4 }");
        SourceFile document = new("docs/X.md", "| Edge | Who |\n|---|---|\n| A1 | x |\n| A3 | x |\n| A3 | x |\n| A5 | x |\nA4 is not in a table.\n");
        Assert.Equal(
            [
                "A3 is declared and never used", "A4 is declared and never used", "A2 is used and not declared",
                "A4 has no row in the document", "A5 has a row in the document and is not declared", "A3 has 2 rows in the document",
            ],
            EdgeRules.Disagreements(EdgeRules.Used(used), EdgeRules.Declared(declared), EdgeRules.Documented(document)));
    }

    [Fact]
    public void The_volatile_keyword_is_refused_and_the_class_is_not()
    {
        AssertRefused(CodeRules.VolatileKeyword, "Mapping", "class C { volatile int _x; }");
        Assert.Empty(CodeRules.VolatileKeyword(File("Mapping", "class C { int F() => Volatile.Read(ref _x); } // volatile")));
    }

    [Theory]
    [InlineData("class C { int F() => Volatile.Read(ref _x); }")]
    [InlineData("class C { int F() => System.Threading.Interlocked.Increment(ref _x); }")]
    public void Order_beside_the_seam_is_refused_in_a_protocol_and_allowed_elsewhere(string text)
    {
        AssertRefused(CodeRules.OrderBesideTheSeam, "Spsc", text);
        AssertRefused(CodeRules.OrderBesideTheSeam, "Mpmc", text);
        Assert.Empty(CodeRules.OrderBesideTheSeam(File("Mapping", text)));
    }

    [Theory]
    [InlineData("unsafe class C { long F(long* p) => *p; }")]
    [InlineData("unsafe class C { void F(long* p) { *p = 1; } }")]
    [InlineData("unsafe class C { int F(S* p) => p->X; }")]
    public void A_pointer_followed_beside_the_seam_is_refused_in_a_protocol(string text)
    {
        AssertRefused(CodeRules.PointerBesideTheSeam, "Spsc", text);
        Assert.Empty(CodeRules.PointerBesideTheSeam(File("Memory", text)));
    }

    [Theory]
    [InlineData("class C { void F() => Thread.Sleep(1); }")]
    [InlineData("class C { Task F() => System.Threading.Tasks.Task.Delay(1); }")]
    public void Sleeping_is_refused_outside_Waiting(string text)
    {
        AssertRefused(CodeRules.SleepOutsideWaiting, "Spsc", text);
        AssertRefused(CodeRules.SleepOutsideWaiting, "Mapping", text);
        Assert.Empty(CodeRules.SleepOutsideWaiting(File("Waiting", text)));
    }

    [Theory]
    [InlineData("class C { object F() => DateTime.UtcNow; }")]
    [InlineData("class C { object F() => System.DateTimeOffset.Now; }")]
    [InlineData("class C { object F() => TimeProvider.System; }")]
    public void The_time_of_day_is_refused_outside_Layout(string text)
    {
        AssertRefused(CodeRules.WallClock, "Waiting", text);
        Assert.Empty(CodeRules.WallClock(File("Layout", text)));
        Assert.Empty(CodeRules.WallClock(File("Waiting", "class C { object F() => DateTimeOffset.UnixEpoch; }")));
    }

    [Fact]
    public void A_long_file_is_refused()
    {
        string longest = string.Concat(Enumerable.Repeat("// line\n", CodeRules.MaxLines));
        Assert.Empty(CodeRules.LongFile(File("Spsc", longest)));
        AssertRefused(CodeRules.LongFile, "Spsc", longest + "// one more\n");
    }

    [Theory]
    [InlineData("// see /wor", "k/notes.txt")]
    [InlineData("string Path = \"/roo", "t/.bashrc\";")]
    [InlineData("// TO", "DO: later")]
    [InlineData("// FIX", "ME")]
    [InlineData("throw new NotImplemented", "Exception();")]
    public void Machine_paths_and_promises_are_refused(string start, string end) => AssertRefused(CodeRules.ForbiddenText, "Spsc", start + end);

    [Theory]
    [InlineData("// a path like ~/wor", "k")]
    [InlineData("// src/wor", "k/x")]
    [InlineData("// https://example.org/wor", "k/")]
    public void Relative_paths_are_allowed(string start, string end) => Assert.Empty(CodeRules.ForbiddenText(File("Spsc", start + end)));

    private static SourceFile File(string layer, string text) => new($"src/RingShm/{layer}/Sample.cs", text);

    private static void AssertRefused(Func<SourceFile, IEnumerable<string>> rule, string layer, string text) =>
        Assert.NotEmpty(rule(File(layer, text)));
}
