"""Source in each language: which tables it is found to do what to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmaudit.crud_matrix.collectors.source.account import Account, Told
from crmaudit.crud_matrix.collectors.source.reading import Read
from crmaudit.evidence import Catalog, Column, Provenance, Table

_NAMES = """
    customers orders order_lines invoices payments notes shop_customer shop_order people
    wp_posts wp_users categories
"""
CATALOG = Catalog(
    Provenance("crm", "here", "mysql", "1", datetime(2026, 1, 1, tzinfo=UTC), "t"),
    tables=tuple(
        Table(n, columns=tuple(Column(c, "int") for c in ("id", "name", "customer_id", "total")))
        for n in _NAMES.split()
    ),
)


def read(folder: Path, files: dict[str, str], dialect: str = "mysql") -> Told:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Read(Account(CATALOG, dialect)).entry(str(folder)).account.told(frozenset())


def done(told: Told) -> dict[str, str]:
    """Table → letters."""
    found: dict[str, set[str]] = {}
    for s in told.sightings:
        found.setdefault(s.table, set()).add(s.letter)
    return {t: "".join(x for x in "CRUD" if x in f) for t, f in sorted(found.items())}


SQL_IN = {
    "PHP: strings, interpolation, constants, heredoc": (
        "a.php",
        r"""<?php
class Orders {
  const TABLE = 'orders';
  private $lines = "order_lines";
  function find($id, $order) {
    $sql = "SELECT o.id FROM " . self::TABLE . " o WHERE o.customer_id = $id";
    if ($order) { $sql .= " ORDER BY $order"; }
    $this->db->query($sql);
    $this->db->query("DELETE FROM {$this->lines} WHERE id = {$id}");
    $more = <<<EOT
UPDATE invoices
SET name = '$name'
WHERE id = {$id}
EOT;
    return $more;
  }
  function add($a) { return sprintf('INSERT INTO %s (name) VALUES (\'%s\')', 'notes', $a); }
}
""",
        {"invoices": "RU", "notes": "C", "order_lines": "RD", "orders": "R"},
    ),
    "PHP: a prefix before the name": (
        "b.php",
        """<?php
function f() {
  global $wpdb;
  $wpdb->get_results("SELECT id FROM $wpdb->posts WHERE id = 1");
  $wpdb->query("DELETE FROM {$wpdb->prefix}users WHERE id = 2");
  db_query('SELECT name FROM {customers} WHERE id = :id');
  $q = "SELECT name FROM #__categories";
}
""",
        {"categories": "R", "customers": "R", "wp_posts": "R", "wp_users": "RD"},
    ),
    "Python: concatenation, f-strings, format, percent": (
        "a.py",
        '''
TABLE = "orders"

def run(cursor, ids, name):
    cursor.execute("SELECT id FROM " + TABLE + " WHERE id = %s", ids)
    cursor.execute(f"UPDATE customers SET name = {name!r} WHERE id IN ({ids})")
    cursor.execute("DELETE FROM {} WHERE id = 1".format("notes"))
    cursor.execute("INSERT INTO %s (name) VALUES (1)" % "payments")
    sql = """
        SELECT c.id
        FROM customers c
    """
    sql += " JOIN invoices i ON i.customer_id = c.id"
    cursor.execute(sql)
''',
        {"customers": "RU", "invoices": "R", "notes": "RD", "orders": "R", "payments": "C"},
    ),
    "Java: concatenation, builder, text block, annotation": (
        "A.java",
        '''
class A {
  private static final String T = "orders";
  void f(long id) throws Exception {
    String s = "SELECT id FROM " + T + " WHERE id = ?";
    con.prepareStatement(s);
    StringBuilder b = new StringBuilder("UPDATE customers SET name = ?");
    b.append(" WHERE id = ").append(id);
    con.prepareStatement(b.toString());
    String t = """
        DELETE FROM notes
        WHERE id = 1""";
    con.execute(t);
    con.execute(String.format("INSERT INTO %s (name) VALUES (1)", "payments"));
  }
  @Query(value = "SELECT * FROM invoices WHERE id = :id", nativeQuery = true)
  Invoice one(long id);
}
''',
        {"customers": "RU", "invoices": "R", "notes": "RD", "orders": "R", "payments": "C"},
    ),
    "Java: MyBatis mapper": (
        "mapper.xml",
        """<?xml version="1.0"?>
<!DOCTYPE mapper PUBLIC "-//mybatis.org//DTD Mapper 3.0//EN" "mybatis-3-mapper.dtd">
<mapper namespace="a.B">
  <sql id="cols">id, name</sql>
  <select id="find">SELECT <include refid="cols"/> FROM customers
    <where><if test="id != null">AND id = #{id}</if></where></select>
  <update id="change">UPDATE orders
    <set><if test="name">name = #{name},</if><if test="total">total = #{total},</if></set>
    WHERE id = #{id}</update>
  <insert id="add">INSERT INTO notes (name) VALUES
    <foreach item="x" open="(" close=")" separator=",">#{x}</foreach></insert>
</mapper>
""",
        {"customers": "R", "notes": "C", "orders": "RU"},
    ),
    "C#: verbatim, raw, interpolated": (
        "A.cs",
        '''
class A {
  const string T = "orders";
  void F(int id) {
    var a = new SqlCommand("SELECT id FROM " + T + " WHERE id = @id");
    var b = @"DELETE FROM notes
      WHERE name = ""x""";
    Run(b);
    cmd.CommandText = $"UPDATE customers SET name = @n WHERE id = {id}";
    Run($@"INSERT INTO {T} (name) VALUES ({id})");
    Run("""
      SELECT * FROM invoices
      """);
    Run(string.Format("TRUNCATE TABLE {0}", "payments"));
  }
}
''',
        {
            "customers": "RU",
            "invoices": "R",
            "notes": "RD",
            "orders": "CR",
            "payments": "D",
        },
    ),
    "JavaScript: templates": (
        "a.js",
        """
const TABLE = 'orders';
async function f(db, id) {
  await db.query(`SELECT id FROM ${TABLE} WHERE id = ${id}`);
  let q = 'UPDATE customers ' + 'SET name = ? ';
  q += 'WHERE id = ?';
  await db.query(q, [id]);
  await sql`DELETE FROM notes WHERE id = ${id}`;
}
""",
        {"customers": "RU", "notes": "RD", "orders": "R"},
    ),
    "TypeScript: fields": (
        "a.ts",
        """
export class A {
  private readonly table = 'orders';
  async f(id: number): Promise<void> {
    const rows: Row[] = await this.db.query(`SELECT id FROM ${this.table} WHERE id = $1`, [id]);
    await this.db.query("INSERT INTO notes (name) VALUES ($1)", [id]);
  }
}
""",
        {"notes": "C", "orders": "R"},
    ),
    "Ruby: heredoc, interpolation, appending": (
        "a.rb",
        """
class A
  T = 'orders'
  def f(id)
    connection.execute(<<~SQL)
      SELECT id FROM #{T}
      WHERE id = #{id}
    SQL
    sql = "UPDATE customers SET name = 'a'"
    sql << " WHERE id = #{id}" if id
    connection.execute sql
    connection.execute "DELETE FROM %s WHERE id = 1" % ['notes']
  end
end
""",
        {"customers": "RU", "notes": "RD", "orders": "R"},
    ),
    "SQL: a script": (
        "a.sql",
        """
-- moves the old ones
CREATE TEMPORARY TABLE old AS SELECT id FROM orders;
INSERT INTO notes (id) SELECT id FROM old;
DELETE FROM order_lines WHERE id IN (SELECT id FROM old);
""",
        {"notes": "C", "order_lines": "RD", "orders": "R"},
    ),
}


@pytest.mark.parametrize("case", SQL_IN)
def test_sql_in_strings(tmp_path: Path, case: str) -> None:
    name, source, expected = SQL_IN[case]
    told = read(tmp_path, {name: source})
    assert done(told) == expected
    assert told.understood == told.statements
    assert not told.unread


FRAMEWORKS = {
    "django": (
        {
            "shop/models.py": """
from django.db import models

class Base(models.Model):
    class Meta:
        abstract = True

class Customer(Base):
    name = models.TextField()

class Order(models.Model):
    class Meta:
        db_table = "orders"
""",
            "shop/views.py": """
def view(request, pk):
    customer = get_object_or_404(Customer, pk=pk)
    customer.name = "x"
    customer.save()
    Order.objects.filter(total=0).delete()
    order = Order(total=1)
    order.save()
    request.user.save()
    for o in Order.objects.filter(total=1):
        o.save()
""",
        },
        {"orders": "CRUD", "shop_customer": "RU"},
    ),
    "sqlalchemy": (
        {
            "m.py": """
class Customer(Base):
    __tablename__ = "customers"

class Order(Base):
    __tablename__ = "orders"

def f(session):
    session.add(Order(total=1))
    for c in session.query(Customer).filter(Customer.id == 1):
        print(c)
    session.execute(update(Customer).where(Customer.id == 1))
    gone = session.get(Order, 3)
    session.delete(gone)
    session.add(something)
"""
        },
        {"customers": "RU", "orders": "CRD"},
    ),
    "rails": (
        {
            "customer.rb": """
class Customer < ApplicationRecord
  scope :big, -> { where('total > 1') }
end
class Person < ApplicationRecord
end
class Bill < ActiveRecord::Base
  self.table_name = 'invoices'
end
""",
            "controller.rb": """
class CustomersController < ApplicationController
  def update
    @customer = Customer.find(params[:id])
    @customer.update(name: params[:name])
    Bill.create!(total: 1)
    Person.where(id: 1).destroy_all
    note.destroy
  end
end
""",
        },
        {"customers": "RU", "invoices": "C", "people": "RD"},
    ),
    "eloquent": (
        {
            "Customer.php": """<?php
namespace App\\Models;
use Illuminate\\Database\\Eloquent\\Model;
class Customer extends Model { }
class Bill extends Model { protected $table = 'invoices'; }
""",
            "Controller.php": """<?php
function f($id) {
  $c = Customer::findOrFail($id);
  $c->delete();
  $b = new Bill(); $b->total = 1; $b->save();
  Bill::where('id', $id)->update(['total' => 2]);
  DB::table('notes')->where('id', 1)->delete();
  $x->save();
}
""",
        },
        {"customers": "RD", "invoices": "CRU", "notes": "RD"},
    ),
    "doctrine": (
        {
            "Customer.php": """<?php
use Doctrine\\ORM\\Mapping as ORM;
/**
 * @ORM\\Entity
 * @ORM\\Table(name="customers")
 */
class Customer { }
#[ORM\\Entity]
#[ORM\\Table(name: 'invoices')]
class Bill { }
""",
            "S.php": """<?php
class S {
  function f($id) {
    $c = new Customer();
    $this->em->persist($c);
    $b = $this->em->find(Bill::class, $id);
    $this->em->remove($b);
    $this->em->createQuery('SELECT c FROM App\\Entity\\Customer c WHERE c.id = 1');
  }
}
""",
        },
        {"customers": "CR", "invoices": "RD"},
    ),
    "jpa": (
        {
            "Customer.java": """
@Entity @Table(name = "customers") public class Customer { }
@Entity @Table(name = "notes") class Note { }
""",
            "Repo.java": """
public interface CustomerRepository extends JpaRepository<Customer, Long> {
  @Query("SELECT c FROM Customer c WHERE c.name = :n") List<Customer> named(String n);
}
""",
            "Service.java": """
class Service {
  private final CustomerRepository customers;
  private EntityManager em;
  void f(Long id, Note note) {
    customers.findByNameAndTotal("x", 1);
    customers.deleteById(id);
    em.persist(new Customer());
    em.remove(note);
    other.save(note2);
  }
}
""",
        },
        {"customers": "CRD", "notes": "D"},
    ),
    "entity framework": (
        {
            "Db.cs": """
public class Db : DbContext {
  public DbSet<Customer> Customers { get; set; }
  public DbSet<Bill> Bills { get; set; }
  protected override void OnModelCreating(ModelBuilder b) {
    b.Entity<Bill>().ToTable("invoices");
  }
}
[Table("customers")] public class Customer { }
public class Bill { }
""",
            "S.cs": """
class S {
  void F(int id) {
    _db.Customers.Add(new Customer { Name = "x" });
    var found = _db.Bills.Where(b => b.Id == id).ToList();
    _db.Bills.Remove(found[0]);
    list.Add(3);
  }
}
""",
        },
        {"customers": "C", "invoices": "RD"},
    ),
    "knex, typeorm, prisma": (
        {
            "a.ts": """
@Entity('customers')
export class Customer { }
export class S {
  constructor(private readonly repo: Repository<Customer>, private prisma: PrismaService) {}
  async f() {
    await this.repo.find();
    await this.repo.delete(1);
    await knex('notes').where({ id: 1 }).update({ name: 'x' });
    await this.prisma.bill.create({ data: {} });
    await this.other.save(1);
  }
}
""",
            "schema.prisma": """
model Bill {
  id Int @id
  @@map("invoices")
}
""",
        },
        {"customers": "RD", "invoices": "C", "notes": "RU"},
    ),
    "civicrm": (
        {
            "CRM/Contact/DAO/Contact.php": """<?php
class CRM_Contact_DAO_Contact extends CRM_Core_DAO {
  public static $_tableName = 'customers';
}
class CRM_Contact_BAO_Contact extends CRM_Contact_DAO_Contact {
  static function own() {
    $t = self::getTableName();
    CRM_Core_DAO::executeQuery("DELETE FROM $t WHERE id = %1", [1 => [3, 'Integer']]);
  }
}
""",
            "CRM/A.php": """<?php
function f($params) {
  $dao = new CRM_Contact_BAO_Contact();
  $dao->copyValues($params);
  $dao->save();
  $name = CRM_Core_DAO::getFieldValue('CRM_Contact_DAO_Contact', 3, 'name');
  $other->delete();
  CRM_Utils_SQL_Select::from('notes')->where('id = 3')->execute();
}
""",
        },
        {"customers": "CRUD", "notes": "R"},
    ),
}


@pytest.mark.parametrize("case", FRAMEWORKS)
def test_frameworks(tmp_path: Path, case: str) -> None:
    files, expected = FRAMEWORKS[case]
    told = read(tmp_path, files)
    assert done(told) == expected
    # A save of something of which nobody knows what it is: no table, but no silence either.
    unseen = [u.text for u in told.unread if "whose class is not known" in u.reason]
    assert len(unseen) == len(told.unread)
    assert unseen == {
        "django": ["….save()"],
        "rails": ["….destroy()"],
        "eloquent": ["….save()"],
        "jpa": ["….save()"],
        "knex, typeorm, prisma": ["….save()"],
    }.get(case, [])


@pytest.mark.parametrize(
    ("before", "letters"),
    [
        ("", "C"),
        ("$dao->id = $id;", "U"),
        ("$dao->copyValues($id);", "CU"),
        ("fill($dao);", "CU"),
        ("$dao->$id = 3;", "CU"),
        ("$dao->find(TRUE);", "CRU"),
        ("$dao->save();", "CU"),
        ("if ($id) { $dao->id = $id; }", "CU"),
        ("$dao->id = $id; $dao->id = NULL;", "CU"),
        ("$other = $dao; $other->id = $id;", "CU"),
        ("$dao->id = $id ?? null;", "CU"),
        ("$dao->find(); $dao->fetch();", "RU"),
    ],
)
def test_a_record_with_its_key_is_not_created(tmp_path: Path, before: str, letters: str) -> None:
    files = {
        "a.php": """<?php
class CRM_DAO_Note extends CRM_Core_DAO { static $_tableName = 'notes'; }
function f($id) { $dao = new CRM_DAO_Note(); BEFORE $dao->save(); }
""".replace("BEFORE", before)
    }
    assert done(read(tmp_path, files)) == {"notes": letters}


def test_a_class_within_a_models_class_is_a_table_of_its_own(tmp_path: Path) -> None:
    files = {
        "order.rb": """
class Order < ApplicationRecord
end
class Order::Line < ApplicationRecord
  def done
    update(total: 1)
  end
end
Line.delete_all
Order::Line.where(total: 0).delete_all
"""
    }
    assert done(read(tmp_path, files)) == {"order_lines": "RUD"}
