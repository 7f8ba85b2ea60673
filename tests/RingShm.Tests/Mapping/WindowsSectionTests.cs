using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using RingShm.Interop;
using RingShm.Layout;
using RingShm.Mapping;

namespace RingShm.Tests.Mapping;

/// <summary>Names that are taken on Windows, by somebody else's object or by what is left of a region: one clear error each.</summary>
[SupportedOSPlatform("windows")]
public sealed unsafe class WindowsSectionTests
{
    private const long NoFile = -1;
    private const uint ReserveOnly = 0x0400_0000;
    private const int ErrorAccessDenied = 5;
    private const int ErrorNotAllAssigned = 1314;

    private static readonly RingOptions Impatient = new() { OpenTimeout = TimeSpan.FromMilliseconds(30) };

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    [InlineData(1)]
    [InlineData(100)]
    public void A_blank_section_of_another_program_is_refused_and_left_as_it_is(int pages)
    {
        string name = TestRegion.NewName();
        using Section section = new(name, pages * 4096);
        foreach (Action way in new Action[] { () => SpscRing.Create(name, Impatient), () => SpscRing.CreateOrOpen(name, Impatient) })
            Assert.Contains($"'{name}' is not a RingShm region", Assert.Throws<RingCorruptException>(way).Message);
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(name));
        Assert.DoesNotContain(section.Bytes.ToArray(), static b => b != 0);
        section.Dispose();
        using SpscRing ring = SpscRing.CreateOrOpen(name);
        Assert.True(ring.CreatedNew);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_section_with_other_bytes_is_refused_by_everything_and_left_as_it_is()
    {
        string name = TestRegion.NewName();
        using Section section = new(name, 8192);
        new Random(1).NextBytes(section.Bytes);
        byte[] before = section.Bytes.ToArray();
        Action[] ways =
        [
            () => SpscRing.Open(name), () => SpscRing.Create(name), () => SpscRing.CreateOrOpen(name),
            () => Ring.Inspect(name), () => Ring.Verify(name), () => Ring.Remove(name),
        ];
        foreach (Action way in ways)
            Assert.Contains(name, Assert.Throws<RingCorruptException>(way).Message);
        Assert.Equal(before, section.Bytes.ToArray());
        Assert.DoesNotContain(name, Ring.List());
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_section_whose_pages_are_only_reserved_is_not_touched()
    {
        string name = TestRegion.NewName();
        using Section section = new(name, 1 << 20, ReserveOnly);
        foreach (Action way in new Action[] { () => SpscRing.Open(name), () => SpscRing.CreateOrOpen(name), () => Ring.Inspect(name) })
            Assert.Contains("a section of 0 bytes", Assert.Throws<RingCorruptException>(way).Message);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_section_that_exists_with_another_size_is_refused_with_both()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, new RingOptions { CapacityBytes = 4096 });
        string message = Assert.Throws<RingMismatchException>(
            () => SpscRing.CreateOrOpen(region, new RingOptions { CapacityBytes = 1 << 20 })).Message;
        Assert.Contains("4096", message);
        Assert.Contains("1048576", message);
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    [InlineData("magic")]
    [InlineData("identity")]
    [InlineData("everything but the ready word")]
    public void What_a_dead_creator_left_is_waited_out_and_never_made_anew_under_whoever_has_it_open(string step)
    {
        string name = TestRegion.NewName();
        RegionHeader header = RegionHeader.New(RingGeometry.ForSpsc(4096, 0, 0));
        using Section remains = new(name, header.Geometry.TotalBytes);
        byte[] page = new byte[HeaderLayout.PageBytes];
        header.Encode(page);
        page.AsSpan(0, step == "magic" ? sizeof(long) : page.Length).CopyTo(remains.Bytes);
        if (step == "everything but the ready word")
            remains.Bytes[page.Length..].Fill(0xAB);
        byte[] before = remains.Bytes.ToArray();
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(name));
        foreach (Action way in new Action[] { () => SpscRing.Create(name, Impatient), () => SpscRing.CreateOrOpen(name, Impatient) })
            Assert.Contains("never finished", Assert.Throws<RingCorruptException>(way).Message);
        Assert.Equal(before, remains.Bytes.ToArray());

        // Whoever is in the middle of waiting gets the name as soon as the remains are gone.
        Watchdog.Run(
            () =>
            {
                using SpscRing ring = SpscRing.CreateOrOpen(name, new RingOptions { CapacityBytes = 1 << 20 });
                Assert.Equal((true, 1L << 20), (ring.CreatedNew, ring.CapacityBytes));
            },
            remains.Dispose);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_region_in_use_whose_ready_word_was_damaged_is_not_made_anew()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        using SpscProducer producer = ring.AttachProducer();
        producer.TryWrite("kept"u8);
        using (Section view = Section.Of(region.Name))
            view.Bytes.Slice((int)HeaderLayout.ReadyOffset, sizeof(long)).Clear();
        Assert.Throws<RingCorruptException>(() => SpscRing.CreateOrOpen(region, Impatient));
        using SpscConsumer consumer = ring.AttachConsumer();
        Assert.True(consumer.TryRead(out Message message));
        using (message)
            Assert.Equal("kept"u8, message.Span);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_name_that_belongs_to_an_object_of_another_kind_is_refused_in_words()
    {
        string name = TestRegion.NewName();
        using (new EventWaitHandle(false, EventResetMode.ManualReset, @"Local\" + name))
        {
            foreach (Action way in new Action[] { () => SpscRing.Open(name), () => SpscRing.CreateOrOpen(name), () => SpscRing.Create(name) })
                ExpectOneLine(Assert.Throws<RingException>(way), name, "object of another kind");
        }

        using EventWaitHandle inTheWay = new(false, EventResetMode.ManualReset, $@"Local\{name}.ringshm-create");
        ExpectOneLine(Assert.Throws<RingException>(() => SpscRing.CreateOrOpen(name)), name, "object of another kind");
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_section_of_an_owner_who_grants_nothing_is_an_access_exception()
    {
        string name = TestRegion.NewName();
        // Only the account LocalService may read it.
        using Section section = new(name, 8192, sddl: "D:P(A;;GR;;;S-1-5-19)");
        Action[] ways = [() => SpscRing.Open(name), () => SpscRing.Create(name), () => SpscRing.CreateOrOpen(name), () => Ring.Inspect(name), () => Ring.Remove(name)];
        foreach (Action way in ways)
            ExpectOneLine(Assert.Throws<RingAccessDeniedException>(way), name, "(error 5)");
        Assert.DoesNotContain(name, Ring.List());
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_live_creator_is_waited_for_by_creators_and_openers()
    {
        string name = TestRegion.NewName();
        using Mutex creation = new(initiallyOwned: true, $@"Local\{name}.ringshm-create");
        // On another thread: this one owns the mutex.
        Watchdog.Run(() =>
        {
            Assert.Contains(name, Assert.Throws<TimeoutException>(() => SpscRing.CreateOrOpen(name, Impatient)).Message);
            Assert.Contains(name, Assert.Throws<TimeoutException>(() => SpscRing.Open(name, Impatient)).Message);
        });
        creation.ReleaseMutex();
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(name));
        SpscRing.CreateOrOpen(name).Dispose();
    }

    /// <summary>Where the account has the privilege, as under Wine and in services, the name is made; without it the error names it.</summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_global_name_is_made_or_refused_by_the_privilege_it_takes()
    {
        RegionName name = RegionName.Parse(@"Global\" + TestRegion.NewName());
        try
        {
            using SpscRing ring = SpscRing.Create(name);
            using SpscRing opened = SpscRing.Open(name);
            Assert.Throws<RingNotFoundException>(() => SpscRing.Open(name.Value));
        }
        catch (RingAccessDeniedException exception)
        {
            ExpectOneLine(exception, name.ToString(), "SeCreateGlobalPrivilege");
        }
    }

    /// <summary>What the system answers without the privilege, at the place where its answer is taken.</summary>
    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    [InlineData(ErrorAccessDenied)]
    [InlineData(ErrorNotAllAssigned)]
    public void Without_the_privilege_a_global_name_is_an_access_exception_that_names_it(int error)
    {
        RegionName name = RegionName.Parse(@"Global\orders");
        ExpectOneLine(
            Assert.IsType<RingAccessDeniedException>(RegionSection.CreationError(error, name, 4096)), @"'Global\orders'", "SeCreateGlobalPrivilege", $"(error {error})");
        Assert.DoesNotContain("SeCreateGlobalPrivilege", RegionSection.CreationError(error, "orders", 4096).Message);
    }

    private static void ExpectOneLine(RingException exception, params string[] words)
    {
        Assert.DoesNotContain(exception.Message, char.IsControl);
        foreach (string word in words)
            Assert.Contains(word, exception.Message);
    }

    /// <summary>A section of the test's own, mapped, with the system's calls alone.</summary>
    private sealed class Section : IDisposable
    {
        private readonly SectionHandle _handle;
        private readonly MappedView _view;
        private readonly int _lengthBytes;

        public Section(string name, long lengthBytes, uint attributes = 0, string sddl = "D:P(A;;GA;;;WD)")
        {
            nint descriptor = Descriptor(sddl);
            NativeWindows.SecurityAttributes security = new() { Length = (uint)sizeof(NativeWindows.SecurityAttributes), Descriptor = descriptor };
            _handle = NativeWindows.CreateFileMapping(
                (nint)NoFile, &security, NativeWindows.PageReadWrite | attributes, 0, (uint)lengthBytes, @"Local\" + name);
            RegionSpace.FreeDescriptor(descriptor);
            Assert.False(_handle.IsInvalid, $"error {Marshal.GetLastPInvokeError()}");
            _view = MappedView.MapWindows(_handle, writable: true, name);
            _lengthBytes = (int)lengthBytes;
        }

        private Section(SectionHandle handle, string name)
        {
            Assert.False(handle.IsInvalid, $"error {Marshal.GetLastPInvokeError()}");
            _handle = handle;
            _view = MappedView.MapWindows(handle, writable: true, name);
            _lengthBytes = (int)_view.LengthBytes;
        }

        public Span<byte> Bytes => new(_view.Base, _lengthBytes);

        public static Section Of(string name) =>
            new(NativeWindows.OpenFileMapping(NativeWindows.MapRead | NativeWindows.MapWrite, inherit: false, @"Local\" + name), name);

        public static nint Descriptor(string sddl)
        {
            Assert.True(NativeWindows.ConvertSecurityDescriptor(sddl, 1, out nint descriptor, 0), $"error {Marshal.GetLastPInvokeError()}");
            return descriptor;
        }

        public void Dispose()
        {
            _view.Dispose();
            _handle.Dispose();
        }
    }
}
